# SPDX-License-Identifier: GPL-2.0-or-later
# What README.md says of verifying an image by hand, as it stands there: it
# finds right what imgcheck does, and no altered part of it.
command -v openssl >/dev/null || skip "there is no openssl"
command -v od >/dev/null || skip "there is no od"

sed -n '/^### By hand/,/^## / { /^```sh$/,/^```$/p; }' "$SRCDIR/README.md" |
	grep -v '^```' >by-hand
[ "$(wc -l <by-hand)" -gt 30 ] || fail "README.md has no such recipe"

# More than 64 blocks, so that the tree has two levels.
core 4500 core
"$IMGMAKE" -q --codec=lz4 --block-pages=64 -o laptop.img core
"$IMGDUMP" --manifest --raw laptop.img >laptop.manifest
signer me
sign_manifest me laptop.manifest laptop.sig
trusted="--trust=me.pem --require-signature --signature=laptop.sig"

by_hand()
{
	bash -eu by-hand >said 2>&1
}

by_hand || fail "$(cat said)"
says said "is as it was signed"
# shellcheck disable=SC2086 # options are words
"$IMGCHECK" -q $trusted laptop.img

"$IMGDUMP" --json --headers laptop.img |
	jq -r '.headers.regions[] | "\(.name)\t\(.offset)\t\(.size)"' >regions
for region in "ELF header" notes "page map" index data; do
	read -r at size < <(sed -n "s/^$region\t//p" regions)
	at=$((at + size - 9))
	cp laptop.img kept
	patch_file 5a laptop.img "$at"
	cmp -s kept laptop.img && patch_file a5 laptop.img "$at"
	! by_hand || fail "$region: not noticed by hand"
	# shellcheck disable=SC2086 # options are words
	expect 1 "$IMGCHECK" -q $trusted laptop.img
	mv kept laptop.img
done
cp laptop.manifest kept
patch_file 5a laptop.manifest 100
! by_hand || fail "the manifest: not noticed"
