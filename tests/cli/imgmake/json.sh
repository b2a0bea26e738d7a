# SPDX-License-Identifier: GPL-2.0-or-later
core 8 core
"$IMGMAKE" -q --json -o image core | tee document
valid_json imgmake-1 document
expect 3 "$IMGMAKE" --json -o other document
valid_json imgmake-1 out
says err 'document: not an image'

# Whatever fails, the document names the input and the file it is about.
failed()
{
	local status=$1

	shift
	expect "$status" "$@"
	valid_json "$(basename "$1" | sed 's/^lt-//')-1" out
	jq -c '[.input, .error.file, .error.message]' out
	[ "$(jq -r '.error.file // empty' out)" = '' ] ||
		says err ": $(jq -r .error.file out): "
}
echo nonsense >nonsense
failed 2 "$IMGMAKE" --json -o image core
failed 2 "$IMGMAKE" --json -o no/such/image core
failed 2 "$IMGMAKE" --json -o other missing
failed 3 "$IMGMAKE" --json -o other - <nonsense
failed 2 "$IMGMAKE" --json --machine-facts=nonsense -o other core
failed 2 "$IMGMAKE" --json --backup-map=missing -o other core
failed 2 "$IMGMAKE" --json --backup-map=nonsense -o other core
failed 2 "$IMGMAKE" --json --codec=best -o other core
failed 2 "$IMGMAKE" --json core
failed 2 "$IMGCONV" --json -o image core
failed 2 "$IMGCONV" --json -o other missing
failed 2 "$IMGCONV" --json --exclude=best -o other core
failed 2 "$IMGCHECK" --json --machine=nonsense image
failed 2 "$IMGCHECK" --json --quick --deep image
failed 2 "$IMGDUMP" --json missing
