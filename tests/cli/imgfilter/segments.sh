# SPDX-License-Identifier: GPL-2.0-or-later
# No more segments than asked for: the shortest gaps are closed, with what is
# in them, never over what is no memory.
loads()
{
	readelf -lW "$1" | grep -c LOAD
}
page()
{
	"$IMGDUMP" --raw --read="$1:4K" "$2"
}

# 512 KiB of memory, a hole, and 8 KiB.
"$SRCDIR/tests/saved_memory" memory text classes no-direct
recipe core <<-EOF
	level foreign
	segment 0 0x80000 file memory
	segment 0x100000 0x2000 text "behind a hole"
EOF
for to in elf plain; do
	echo "== $to"
	"$IMGFILTER" -q --to=$to --exclude=free,hwpoison,user -o $to core
	most=$(loads $to)
	for n in $(seq "$most" -1 2); do
		expect 0 "$IMGFILTER" -f --json --to=$to --max-segments="$n" --exclude=free,hwpoison,user -o less core
		valid_json imgfilter-1 out
		jq -c '[.segments, .taken_back_pages, .stored_pages + .zero_pages, .excluded_by_class]' out
		tail -n 1 err
		[ "$(loads less)" -le "$n" ] || fail "more than $n segments"
	done
	rm less
	expect 2 "$IMGFILTER" --to=$to --max-segments=1 --exclude=free,hwpoison,user -o less core
	cat err
	[ ! -e less ] || fail "there is an output"
done
[ "$(loads elf)" -eq "$(loads plain)" ]

# What is taken back has its own content, or zeros where the input has none.
"$IMGFILTER" -q --to=elf --max-segments=2 --exclude=free,hwpoison,user -o less core
same_pages less core
"$IMGFILTER" -q --exclude=free,hwpoison,offline -o small core
"$IMGCONV" -q --to=elf --max-segments=2 -o back small
[ "$(loads back)" -eq 2 ]
page 0x30000 back | cmp - <(head -c 4096 /dev/zero)
page 0x2f000 back | cmp - <(page 0x2f000 core)

# Content that a resume needs and that is gone is nothing to make up.
"$IMGFILTER" -q -f --exclude=user -o small core
expect 2 "$IMGCONV" --to=elf --max-segments=2 -o other small
cat err
"$IMGCONV" -q --to=elf --max-segments=4 -o other small

# The same in imgmake, and in no format without segments.
"$IMGMAKE" -q --profile=plain --max-segments=2 --exclude=free,user -o made core
[ "$(loads made)" -eq 2 ]
"$IMGCHECK" -q made
expect 2 "$IMGFILTER" --max-segments=2 -d 31 -o other2 core
cat err
expect 2 "$IMGFILTER" --max-segments=0 --to=elf -d 31 -o other2 core
cat err
[ ! -e other2 ] || fail "there is an output"

# An alias in the original view is a segment too.
"$SRCDIR/tests/saved_memory" memory text classes no-note
recipe core <<-EOF
	level foreign
	note VMCOREINFO 0 text "$(awk '{ printf "%s\\n", $0 }' text)"
	segment 0 0x80000 file memory
EOF
"$IMGFILTER" -q -f --vmcoreinfo=text --to=elf -d 16 -o other core
loads other
"$IMGFILTER" -f --vmcoreinfo=text --to=elf --max-segments=3 -d 16 -o other core 2>err
tail -n 1 err
loads other
