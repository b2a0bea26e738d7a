# SPDX-License-Identifier: GPL-2.0-or-later
# What no kernel writes is told, and kept; the status says so.
for kind in classes old-classes; do
	saved_core core "$kind" strange
	expect 1 "$IMGFILTER" --json -f -d 31 -o image core
	valid_json imgfilter-1 out
	jq -c '.warnings[] | [.pfn, .message]' out
	grep warning err
	"$IMGDUMP" --json --pages image |
		jq -c '.pages.runs[] | select(.pfn >= 56 and .pfn < 60 or .pfn >= 82 and .pfn < 88) | [.pfn, .pages, .state]'
	"$IMGCHECK" -q image

	saved_core core "$kind" none-free
	expect 1 "$IMGFILTER" -f -d 16 -o image core
	grep warning err
	expect 0 "$IMGFILTER" -q -f -d 8 -o image core
done
