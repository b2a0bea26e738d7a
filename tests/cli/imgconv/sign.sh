# SPDX-License-Identifier: GPL-2.0-or-later
# Signed as it is written; a signature of the input does not come along.
"$IMGSIGN" -q --new-key=me --key-type=ecdsa-p256
fixture good-sealed-packed image
for to in packed plain; do
	expect 0 "$IMGCONV" --to=$to -o $to --sign-key=me.key \
		--sign-cert=me.pem image
	says err "signed by CN=me"
	expect 0 "$IMGCHECK" --trust=me.pem --require-signature $to
	# But for the signature, what is written is the same.
	"$IMGCONV" -q --to=$to -o without image
	"$IMGSIGN" -q --remove $to
	cmp $to without || fail "$to: other bytes"
	rm without
done
"$IMGSIGN" -q --key=me.key --cert=me.pem image
expect 0 "$IMGCONV" -o dropped image
says err "image: warning: its signature is not copied: sign the output with imgsign"
expect 0 "$IMGCONV" --json --to=elf -o dropped.elf image
says err "not copied: sign the output with imgsign --detached"
says out "its signature is not copied"
cp out document
valid_json imgconv-1 document
expect 0 "$IMGCONV" -o - image
says err "not copied: sign the output with imgsign --detached"
# Of what is not written nothing is said.
expect 2 "$IMGCONV" -o dropped image
[ "$(grep -c warning err)" = 0 ] || fail "$(cat err)"
expect 0 "$IMGSIGN" --list dropped
says out "not signed"
expect 0 "$IMGCONV" --json -o signed --sign-key=me.key --sign-cert=me.pem \
	image
says out '"signer": "CN=me"'
cp out document
valid_json imgconv-1 document
# What cannot be signed.
expect 2 "$IMGCONV" --sign-key=me.key --sign-cert=me.pem -o - image
says err "only a sealed image can be signed"
expect 2 "$IMGCONV" --to=elf --sign-key=me.key --sign-cert=me.pem -o elf image
says err 'format "elf" takes no signature'
[ ! -e elf ] || fail "an output stays"
expect 2 "$IMGCONV" --sign-cert=me.pem -o elf image
says err "--sign-key is missing"
"$IMGSIGN" -q --new-key=you --key-type=ecdsa-p256
expect 2 "$IMGCONV" --sign-key=me.key --sign-cert=you.pem -o elf image
says err "not that of the key"
[ ! -e elf ] || fail "an output stays"
# The other tools that make images.
core 8 core
expect 0 "$IMGMAKE" -o made --sign-key=me.key --sign-cert=me.pem core
expect 0 "$IMGCHECK" --trust=me.pem --require-signature made
expect 0 "$IMGFILTER" --exclude=zero -o filtered --sign-key=me.key \
	--sign-cert=me.pem made
expect 0 "$IMGCHECK" --trust=me.pem --require-signature filtered
# What is read is proved before it is signed anew.
expect 1 "$IMGCONV" --trust=you.pem --sign-key=you.key --sign-cert=you.pem \
	-o not made
[ ! -e not ] || fail "an output stays"
