# SPDX-License-Identifier: GPL-2.0-or-later
# --trust for every tool: what is not signed by whom is trusted is not used, and
# leaves nothing behind.
command -v openssl >/dev/null || skip "there is no openssl"

signer me
signer eve
core 300 core
"$IMGMAKE" -q -o image core
"$IMGCONV" -q --to=elf -o elf image
"$SRCDIR/tests/swsusp_recipe" "$FIXTURES/swsusp/good-lz4.recipe" area
mkdir folder
cp me.pem folder

# refused STATUS OPTIONS IMAGE: by every tool, with nothing written.
refused()
{
	local status=$1

	shift
	expect "$status" "$IMGCHECK" -q "$@"
	expect "$status" "$IMGDUMP" -q "$@"
	[ ! -s out ] || fail "imgdump shows what is not signed: $*"
	for tool in "$IMGMAKE" "$IMGCONV" "$IMGFILTER --exclude=zero"; do
		# shellcheck disable=SC2086 # options are words
		expect "$status" $tool -q -o new "$@"
		[ ! -e new ] || fail "$tool has written what is not signed: $*"
	done
}

taken()
{
	expect 0 "$IMGCHECK" -q "$@"
	expect 0 "$IMGDUMP" -q "$@"
	for tool in "$IMGMAKE" "$IMGCONV" "$IMGFILTER --exclude=zero"; do
		# shellcheck disable=SC2086 # options are words
		expect 0 $tool -q -f -o new "$@"
		rm new
	done
}

for image in image elf area; do
	sign_beside me $image $image.sig
	sign_beside eve $image eve.sig
	before=$(sha256sum $image)

	taken --trust=me.pem --require-signature --signature=$image.sig $image
	taken --trust=eve.pem --trust=folder --require-signature \
		--signature=$image.sig $image
	refused 1 --trust=eve.pem --require-signature --signature=$image.sig $image
	refused 1 --trust=eve.pem --signature=$image.sig $image
	refused 1 --trust=me.pem --require-signature --signature=eve.sig $image
	# Not signed: a matter of what is demanded.
	refused 1 --trust=me.pem --require-signature $image
	expect 0 "$IMGDUMP" --trust=me.pem $image
	says err "not signed"
	expect 0 "$IMGCONV" --trust=me.pem -f -o new $image
	says err "not signed"
	rm new
	[ "$(sha256sum $image)" = "$before" ] || fail "$image was written to"
done
refused 1 --trust=me.pem --require-signature --signature=elf.sig area

# A bit of a page, in each.
for image in image elf area; do
	case $image in
	area) at=$((3 * 4096 + 100)) ;;
	*) at=$(($(stat -c %s $image) - 4096 - 1000)) ;;
	esac
	cp $image altered
	patch_file 5a altered $at
	cmp -s $image altered && patch_file a5 altered $at
	expect 1 "$IMGCHECK" -q --trust=me.pem --require-signature \
		--signature=$image.sig altered
	expect 1 "$IMGCONV" -q --trust=me.pem --require-signature \
		--signature=$image.sig -o new altered
	[ ! -e new ] || fail "$image: altered, and converted"
done

# A consumed image verifies; used again by swap, it is used, and no attack.
tail -c +4077 area | head -c 10 |
	dd of=area bs=1 seek=4086 conv=notrunc status=none
beside="--trust=me.pem --require-signature --signature=area.sig"
# shellcheck disable=SC2086 # options are words
{
	expect 0 "$IMGCHECK" -q $beside area
	expect 3 "$IMGCHECK" -q $beside --resumable area
	dd if=/dev/zero of=area bs=4096 seek=3 count=2 conv=notrunc status=none
	expect 3 "$IMGCHECK" $beside --resumable area
	says out "consumed"
}

# In a pipe only a sealed image comes before its pages.
seal="--trust=me.pem --require-signature --signature=image.sig"
# shellcheck disable=SC2002,SC2086 # a pipe is no file
{
	cat image | "$IMGCONV" -q $seal -o new -
	"$IMGCHECK" -q new
	rm new
	cat image | "$IMGCONV" -q -o - - >streamed
	cat streamed | expect 4 "$IMGCONV" -q $seal -o new -
	cat streamed | expect 4 "$IMGDUMP" $seal -
	says err "seal it"
	cat core | expect 4 "$IMGCHECK" -q --trust=me.pem -
	sign_beside me streamed streamed.sig
	expect 0 "$IMGCHECK" -q --trust=me.pem --require-signature \
		--signature=streamed.sig streamed
}

# With its signature inside, an image is verified as it comes along a pipe.
cp image inside
"$IMGSIGN" -q --key=me.key --cert=me.pem inside
taken --trust=me.pem --require-signature inside
refused 1 --trust=eve.pem --require-signature inside
refused 1 --trust=eve.pem inside
# shellcheck disable=SC2002 # a pipe is no file
{
	cat inside | "$IMGCONV" -q --trust=me.pem --require-signature -o new -
	"$IMGCHECK" -q new
	rm new
	cp inside altered
	patch_file 5a5a5a altered $(($(stat -c %s inside) - 5000))
	cat altered | expect 1 "$IMGCONV" -q --trust=me.pem -o new -
	[ ! -e new ] || fail "an altered pipe was converted"
	# What lies in the way of the signature is no way around it.
	head -c 300 /dev/zero >zeros
	for at in 64 320 1000; do
		cp inside altered
		dd if=zeros of=altered bs=1 seek=$at conv=notrunc status=none
		status=0
		cat altered | "$IMGCONV" -q --trust=me.pem --require-signature \
			-o new - 2>err || status=$?
		[ "$status" -eq 1 ] || [ "$status" -eq 4 ] ||
			fail "zeros at $at: exit status $status"
		[ ! -e new ] || fail "zeros at $at: converted"
	done
}

# What cannot be meant.
expect 2 "$IMGDUMP" --require-signature image
says err "needs --trust"
expect 2 "$IMGDUMP" --signature=image.sig image
expect 2 "$IMGDUMP" --trust=nothing.pem image
says err "nothing.pem"
expect 2 "$IMGDUMP" --trust=me.pem --signature=nothing.sig image
expect 2 "$IMGCONV" --trust=me.pem --salvage -o new image
