# SPDX-License-Identifier: GPL-2.0-or-later
# An image without notes gets what debuggers need from its own memory.
saved_swap area
expect 0 "$IMGCONV" -v --to=elf -o core area
sed -n '/found/p' err
"$IMGDUMP" --segments core | tr -s ' '
"$IMGDUMP" --notes core | tr -s ' '
"$IMGDUMP" --vmcoreinfo core | cmp - text
readelf -hlnW core >/dev/null 2>err
[ ! -s err ] || fail "readelf: $(cat err)"

# By way of an image it is the same.
"$IMGMAKE" -q -o packed area
"$IMGDUMP" --mappings packed | tr -s ' '
"$IMGDUMP" --json packed | jq -c '.summary | [.release, .version]'
"$IMGCONV" -q --to=elf -o other packed
cmp core other
"$IMGCONV" -q --json -f --to=elf -o other area >document
valid_json imgconv-1 document
jq -c .recovered document

# What cannot be told is no failure.
saved_swap bare no-note
expect 0 "$IMGCONV" --to=elf -o other -f bare
grep warning err
expect 0 "$IMGCONV" -q --json --to=elf -o other -f bare
valid_json imgconv-1 out
jq -c .recovered out
! "$IMGDUMP" -q --notes other | grep VMCOREINFO || fail "a note from nowhere"

saved_swap undirected no-direct
expect 0 "$IMGCONV" --to=elf -o other -f undirected
grep warning err
"$IMGDUMP" --segments other | tr -s ' '
expect 0 "$IMGMAKE" --json -f -o other undirected
valid_json imgmake-1 out
jq -c .recovered out

# Other inputs keep what they have.
saved_core elf
"$IMGCONV" -q --json --to=elf -f -o other elf | jq -c .recovered
[ -z "$("$IMGDUMP" -q --notes other)" ] || fail "a note that the core has not"
