# SPDX-License-Identifier: GPL-2.0-or-later
# What makedumpfile leaves out, right or wrong, and what is right.
"$SRCDIR/tests/saved_memory" memory text classes
"$SRCDIR/tests/saved_memory" old-memory text old-classes
for memory in memory old-memory; do
	# Firmware has no struct pages; the section of the others ends at 128 MiB.
	recipe $memory.core <<-EOF
		level foreign
		segment 0 0x80000 file $memory
		segment 0x7fff000 0x2000 text "above and below"
		segment 0xfffc0000 0x4000 text "firmware"
	EOF
	echo "== $memory"
	for level in 0 1 2 4 8 16 31; do
		for compat in "" --compat=makedumpfile; do
			# shellcheck disable=SC2086 # none or one word
			expect 0 "$IMGFILTER" -q -f --json $compat -d $level -o image $memory.core
			jq -c "[$level, \"$compat\", .stored_pages + .zero_pages, .excluded_by_class]" out
			"$IMGCHECK" -q image
		done
	done
done
expect 2 "$IMGFILTER" --compat=makedumpfile --exclude=free -o other memory.core
cat err
expect 2 "$IMGFILTER" --compat=makedumpfile -d 1 --exclude=free -o other memory.core
cat err
expect 2 "$IMGFILTER" --compat=crash -d 1 -o other memory.core
cat err
