# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2002 # a pipe is no file
# What comes through a pipe is told as of a file, except where it cannot.
all=(--summary --headers --segments --notes --backup-map --memory-map
	--mappings --vmcoreinfo --manifest --pages --json)
for name in good-sealed-packed good-sealed-plain good-streamed-packed \
	good-streamed-plain good-classes good-machine; do
	fixture $name image
	"$IMGDUMP" "${all[@]}" image | jq -S 'del(.input)' >file.json
	cat image | "$IMGDUMP" "${all[@]}" - | jq -S 'del(.input)' >pipe.json
	cmp file.json pipe.json
done
cat image | "$IMGDUMP" --progress=always --pages - >out 2>err
[ ! -s err ] || fail "progress beside the pages: $(cat err)"
cat image | "$IMGDUMP" --progress=always - >out 2>err
says err 'imgdump: reading: '

# What stands in front of the data needs no end.
fixture good-streamed-plain image
head -c 8000 image | "$IMGDUMP" --notes --vmcoreinfo - >out

cat image | expect 2 "$IMGDUMP" --read=0 -
cat out err
cat image | expect 2 "$IMGDUMP" --pages --view=jump -
cat out err
head -c -1 image | expect 1 "$IMGDUMP" -
cat out err
head -c -200 image | expect 1 "$IMGDUMP" --pages --json -
valid_json imgdump-1 out
jq -c '[.error.status, (.pages | has("totals"))]' out
"$IMGDUMP" --read=0x10000:16 - <image
