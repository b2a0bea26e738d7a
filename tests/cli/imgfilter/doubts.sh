# SPDX-License-Identifier: GPL-2.0-or-later
# What no kernel writes is told, and nothing is written; or what is in doubt is
# kept, where that is asked for.  The status says so.
doubtful()
{
	echo "== $*"
	saved_core core "$@"
	expect 1 "$IMGFILTER" -o image -d "$level" core
	cat err
	[ ! -e image ] || fail "there is an image"
	expect 1 "$IMGFILTER" --json --dry-run -d "$level" core
	valid_json imgfilter-1 out
	jq -c '.excluded_by_class, (.warnings[] | [.pfn, .message])' out
	expect 1 "$IMGFILTER" --json -f --allow-implausible -d "$level" -o image core
	valid_json imgfilter-1 out
	jq -c '[.excluded_by_class, (.warnings | length)]' out
	"$IMGCHECK" -q image
	rm image
}

for kind in classes old-classes; do
	level=31
	doubtful "$kind" strange
	level=16
	doubtful "$kind" none-free
	doubtful "$kind" miscounted
	doubtful "$kind" nowhere
	saved_core core "$kind" none-free
	expect 0 "$IMGFILTER" -q -f -d 8 -o image core
	saved_core core "$kind" zones
	expect 0 "$IMGFILTER" -q -f -d 31 -o image core
	rm image
done

# Of a failure the document has the doubts too.
saved_core core classes miscounted
expect 1 "$IMGFILTER" --json -o image -d 16 core
valid_json imgfilter-1 out
jq -c '.error.message, .warnings[].message' out
expect 1 "$IMGMAKE" --exclude=free -o image core
[ ! -e image ] || fail "there is an image"
expect 1 "$IMGCONV" --allow-implausible --exclude=free,user -o image core
"$IMGDUMP" --json --pages image |
	jq -c '.pages.runs[] | select(.state == "excluded") | [.pfn, .pages, .class]'
