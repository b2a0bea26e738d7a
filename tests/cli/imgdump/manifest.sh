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
