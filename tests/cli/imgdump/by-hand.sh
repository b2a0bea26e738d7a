# SPDX-License-Identifier: GPL-2.0-or-later
# What README.md says of verifying an image by hand, as it stands there: it
# finds right what imgcheck does, and no altered part of it, with any shell.
command -v openssl >/dev/null || skip "there is no openssl"
command -v od >/dev/null || skip "there is no od"

section()
{
	sed -n '/^### By hand/,/^## /p' "$SRCDIR/README.md"
}
section | sed -n '/^```sh$/,/^```$/p' | grep -v '^```' >by-hand
[ "$(wc -l <by-hand)" -gt 30 ] || fail "README.md has no such recipe"
chmod +x by-hand
section | sed -n 's/^    //p' >made
[ "$(wc -l <made)" = 2 ] || fail "README.md does not tell what it takes"
imgdump() { "$IMGDUMP" "$@"; }
imgsign() { "$IMGSIGN" -q "$@"; }

# More than 64 blocks, so that the tree has two levels.
core 4500 core
"$IMGMAKE" -q --codec=lz4 --block-pages=64 -o laptop.img core
signer me
signer you
imgsign --key=me.key --cert=me.pem laptop.img
. ./made

# What prints it first must be what it ends with.
passes()
{
	"$@" >said 2>&1 || fail "$*: $(cat said)"
	[ "$(tail -n 1 said)" = "laptop.img is as it was signed" ] ||
		fail "$*: $(cat said)"
}
# The files at hand are not what was signed: by the text alone, and by ours.
refused()
{
	! ./by-hand >said 2>&1 || fail "$1: not noticed by hand"
	! grep -q "as it was signed" said || fail "$1: $(cat said)"
	expect 1 "$IMGCHECK" -q --trust=me.pem --require-signature \
		--signature=laptop.sig "${2-laptop.img}"
}

passes ./by-hand
for shell in sh dash bash "busybox sh"; do
	command -v "${shell%% *}" >/dev/null || continue
	# shellcheck disable=SC2086 # words
	passes $shell by-hand
done
"$IMGCHECK" -q --trust=me.pem --require-signature --signature=laptop.sig \
	laptop.img

"$IMGDUMP" --json --headers laptop.img |
	jq -r '.headers.regions[] | "\(.name)\t\(.offset)\t\(.size)"' >regions
# From here on the slots are of no help.
"$IMGSIGN" -q --remove laptop.img
for region in "ELF header" notes "page map" index data; do
	read -r at size < <(sed -n "s/^$region\t//p" regions)
	at=$((at + size - 9))
	cp laptop.img kept
	patch_file 5a laptop.img "$at"
	cmp -s kept laptop.img && patch_file a5 laptop.img "$at"
	refused "$region"
	mv kept laptop.img
done

# A page in the middle, with its checksum and digests made to fit.
cp laptop.img kept
cp core other
patch_file 5a other $((2 << 20))
"$IMGMAKE" -q -f --codec=lz4 --block-pages=64 -o laptop.img other
refused "another memory"
mv kept laptop.img

# The manifest, and one that fits another image.
cp laptop.manifest kept
patch_file 5a laptop.manifest 100
! ./by-hand >said 2>&1 || fail "the manifest: not noticed"
! grep -q "as it was signed" said || fail "the manifest: $(cat said)"
cp kept laptop.manifest

# A signature of somebody else, a damaged one, and none.
cp laptop.sig kept
sign_manifest you laptop.manifest laptop.sig
refused "signed by somebody else"
cp kept laptop.sig
at=$(($(stat -c %s kept) - 5))
patch_file 5a laptop.sig $at
cmp -s kept laptop.sig && patch_file a5 laptop.sig $at
refused "a damaged signature"
rm laptop.sig
! ./by-hand >said 2>&1 || fail "no signature: not noticed"
! grep -q "as it was signed" said || fail "no signature: $(cat said)"
cp kept laptop.sig
passes ./by-hand
