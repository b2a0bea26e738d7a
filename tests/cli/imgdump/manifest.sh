# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2002 # a pipe is no file
# --manifest --raw is what a signature signs: the bytes as they stand.
for name in good-sealed-packed good-streamed-plain good-content-digests-packed; do
	fixture $name image
	"$IMGDUMP" --manifest --raw image >manifest
	"$IMGDUMP" --manifest --raw - <image | cmp - manifest
	cat image | "$IMGDUMP" --manifest --raw - | cmp - manifest
	"$IMGDUMP" --json --headers image >headers
	at=$(jq '.headers.regions[] | select(.name == "manifest").offset' headers)
	tail -c +$((at + 1)) image | head -c "$(wc -c <manifest)" | cmp - manifest
	"$IMGDUMP" --json --manifest image |
		jq -r .manifest.bytes_hex | xxd -r -p | cmp - manifest
done

# Of other formats it is made, and as an independent maker makes it.
same_made()
{
	"$IMGDUMP" --manifest --raw "$1" >manifest
	/usr/bin/python3 "$SRCDIR/spec/reference/manifest_ref.py" make "$1" |
		cmp - manifest || fail "${2:-$1}: another manifest"
	"$IMGDUMP" --json --manifest "$1" |
		jq -r .manifest.bytes_hex | xxd -r -p | cmp - manifest
}

# Places that take an option are left out.
for name in arm64 cluster-last-full cluster-last-one consumed frame-zero lz4 \
	lz4-zero-flags lzo lzo-zero-flags list-two-pages map-exact-16k map-exact-two \
	map-one-behind map-three mixed-zero; do
	"$SRCDIR/tests/swsusp_recipe" "$FIXTURES/swsusp/good-$name.recipe" area
	same_made area "$name"
done
# One that was consumed is the same image.
"$SRCDIR/tests/swsusp_recipe" "$FIXTURES/swsusp/good-lz4.recipe" area
"$IMGDUMP" --manifest --raw area >pending
tail -c +4077 area | head -c 10 | dd of=area bs=1 seek=4086 conv=notrunc status=none
"$IMGDUMP" area >summary
grep -q '^State: *consumed' summary || fail "it is not consumed: $(cat summary)"
"$IMGDUMP" --manifest --raw area | cmp - pending

core 300 core
same_made core
"$IMGCONV" -q --to=elf -o converted core
same_made converted
for name in good-bare good-foreign-overlap; do
	[ -e "$FIXTURES/$name.recipe" ] || continue
	fixture $name image
	same_made image $name
done
