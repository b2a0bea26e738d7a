# SPDX-License-Identifier: GPL-2.0-or-later
# The scripts of imgcheck(1), AS A VALIDATION STEP IN SCRIPTS, as they stand
# there: with this folder in place of the system's.
page=$SRCDIR/tools/imgcheck/imgcheck.1

# Block number $1 of the section.
block()
{
	sed -n '/^\.Sh AS A VALIDATION/,/^\.Sh EXAMPLES/p' "$page" |
		awk -v wanted="$1" '
			/^\.Ed/ { inside = 0 }
			inside && n == wanted
			/^\.Bd/ { inside = 1; n++ }' |
		sed -e 's/\\e/\\/g' -e "s#/etc/imgfmt/trust#$PWD/trust#g" \
			-e "s#/srv/#$PWD/#g" -e 's#/usr/bin/imgcheck#imgcheck#' \
			-e "s#/dev/disk/by-partlabel/system-image#$PWD/device#" \
			-e 's#--machine#--machine=machine.facts#'
}
imgcheck() { "$IMGCHECK" "$@"; }
resume() { echo resumed; }

"$IMGSIGN" -q --new-key=me --key-type=ecdsa-p256
"$IMGSIGN" -q --new-key=you --key-type=ecdsa-p256
mkdir trust images backup
cp me.pem trust
cp "$FIXTURES/machine.facts" .
fixture good-hst-01 system
cp system images/system.img
"$IMGSIGN" -q --key=me.key --cert=me.pem images/system.img
release=$("$IMGDUMP" --json images/system.img | jq -r ".. | .release? // empty" | head -n 1)

# ---- The hook
block 1 >hook
grep -q 'resume "$image"' hook || fail "no hook in the page"
uname() { echo "$release"; }
hook()
{
	cp "$1" device
	( set +e; trap - ERR; . ./hook ) >out 2>err
}
hook images/system.img
says out resumed
hook system
says err "not resumed: "
says err "unsigned"
[ ! -s out ] || fail "resumed"
cp images/system.img altered
printf x | dd of=altered bs=1 seek=$(($(stat -c %s altered) - 200)) \
	conv=notrunc status=none
hook altered
says err "not resumed: "
says err "corrupt"
[ ! -s out ] || fail "resumed"
: >empty
hook empty
[ ! -s out ] || fail "resumed"
says_nothing=$(cat err)
[ -z "$says_nothing" ] || fail "of an empty device: $says_nothing"
rm device
( set +e; trap - ERR; . ./hook ) >out 2>err
says err "not known whether"
says err "cannot open"

# ---- The example, which demands no signature
sed -n '/^\.Sh EXAMPLES/,$p' "$page" |
	awk '/^\.Ed/ { exit } inside; /^\.Bd/ { inside = 1 }' |
	sed -e "s#/dev/sda3#$PWD/device#" \
		-e 's#--machine#--machine=machine.facts#' >example
grep -q 'resume ;;' example || fail "no example in the page"
example()
{
	cp "$1" device
	( set +e; trap - ERR; . ./example ) >out 2>err
	[ ! -s err ] || fail "$(cat err)"
}
example system
says out resumed
example altered
says out "not resumed: "
says out "corrupt"
! grep -qx resumed out || fail "resumed"
example empty
says out "nothing to resume: "

# ---- The unit
block 2 >unit
command=$(sed -n 's/^ExecStart=//p' unit)
[ -n "$command" ] || fail "no unit in the page"
eval "$command" >out || fail "the unit fails"
"$IMGSIGN" -q --key=you.key --cert=you.pem --replace images/system.img
! eval "$command" >out || fail "the unit lets pass another's image"
says out "untrusted signer"

# ---- The backup job
block 3 >job
cp system images/plain.img
cp altered images/altered.img
cp system images/good.img
"$IMGSIGN" -q --key=me.key --cert=me.pem images/good.img
status=0
( set +e; trap - ERR; . ./job ) 2>err || status=$?
[ $status = 1 ] || fail "status $status"
says err "system.img: untrusted signer"
says err "plain.img: unsigned"
says err "altered.img: corrupt"
[ "$(ls backup)" = good.img ] || fail "kept: $(ls backup)"
rm images/system.* images/plain.* images/altered.*
( set +e; trap - ERR; . ./job ) || fail "the job fails"
