# SPDX-License-Identifier: GPL-2.0-or-later
# What a dry run expects comes true, within some percent.
core 4000 core
"$SRCDIR/tests/saved_memory" memory text classes
recipe kernel <<-EOF
	level foreign
	segment 0 0x80000 file memory
EOF

# The size expected is within $1 percent, or the 32 KiB that a sealed image takes
# besides its pages, of that of the file made.
near()
{
	local percent=$1 expected real may

	shift
	expect 0 "$IMGFILTER" --json --dry-run "$@"
	valid_json imgfilter-1 out
	expected=$(jq .expected.image_size out)
	[ "$(jq .expected.sampled_blocks out)" -gt 0 ]
	[ "$(jq .image_size out)" -eq 0 ]
	rm -f image
	"$IMGFILTER" -q -o image "$@"
	real=$(stat -c %s image)
	may=$((real * percent / 100 + 32768))
	[ $((expected > real ? expected - real : real - expected)) -le $may ] ||
		fail "$expected expected, and $real made: $*"
}
for codec in none lz4 zstd; do
	near 2 --exclude=zero --codec=$codec core
	near 5 -d 16 --codec=$codec kernel
	near 5 -d 0 --codec=$codec --block-pages=1 core
done
near 2 --exclude=none --to=elf core
near 2 --exclude=zero --to=plain core
# What was asked for is on record.
expect 0 "$IMGFILTER" --json --dry-run --exclude=free,cache kernel
valid_json imgfilter-1 out
[ "$(jq -c '[.exclude,.dump_level,.compat]' out)" = '[["free","cache"],null,null]' ]
expect 0 "$IMGFILTER" --json --dry-run -d 17 kernel
[ "$(jq -c '[.exclude,.dump_level]' out)" = \
	'[["zero","free","unaccepted","offline","hwpoison"],17]' ]
expect 2 "$IMGFILTER" --dry-run --exclude=free -o image kernel
says err '--dry-run writes nothing, so there is no -o'
rm image
expect 0 "$IMGFILTER" --exclude=free -o image kernel
says err 'of 512.0 KiB left out'
expect 0 "$IMGFILTER" --dry-run --exclude=zero core
tail -n 1 out | grep -qxE 'about [0-9.]+ [KM]iB as packed, in about [^()]* \(estimated from [0-9]+ blocks\)'
expect 0 "$IMGFILTER" --dry-run --exclude=zero - < <(cat core)
! grep about out
expect 0 "$IMGFILTER" --dry-run --json --exclude=zero - < <(cat core)
valid_json imgfilter-1 out
jq -c .expected out
[ "$(ls)" = "$(printf '%s\n' core err image kernel memory out text)" ]
