# SPDX-License-Identifier: GPL-2.0-or-later
# Facts of this machine: what --machine takes elsewhere, and the same as without
# a file here.
"$IMGDUMP" --machine-facts >facts 2>err || {
	cat err
	exit 77		# neither firmware nor kernel tells its memory
}
grep -q "^machine $(uname -m)$" facts
grep -qFx "release $(uname -r)" facts
grep -qE '^ram 0x[0-9a-f]+-0x[0-9a-f]+$' facts

"$SRCDIR/tests/swsusp_recipe" "$FIXTURES/swsusp/good-lzo.recipe" image
status=0
"$IMGCHECK" --machine image >here || status=$?
expect "$status" "$IMGCHECK" --machine=facts image
cmp here out

core 4 core
"$IMGMAKE" -q --machine-facts=facts -o from-file core
"$IMGMAKE" -q --machine-facts -o from-here core
cmp from-file from-here

"$IMGDUMP" --json --machine-facts >json
jq -r '.machine_facts[]' json >lines
grep -v '^#' facts | cmp - lines

expect 2 "$IMGDUMP" --machine-facts core
expect 2 "$IMGDUMP" --machine-facts --pages
expect 2 "$IMGDUMP"
says err 'missing operand'
