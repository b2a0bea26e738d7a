# SPDX-License-Identifier: GPL-2.0-or-later
# Whether a saved system has memory in swap is what its kernel counts, whatever
# the slots of the image look like.
holds()
{
	"$IMGDUMP" "$1" | grep -q "^Swap holds memory: *$2$" ||
		fail "$1 does not say that its swap is $2 to hold memory: $("$IMGDUMP" "$1")"
}

# made SLOTS WORD: the area of a kernel made by hand, perhaps with gaps.
made()
{
	"$SRCDIR/tests/saved_memory" memory text ${2:+"$2"}
	{
		echo "codec raw
			pages 1 0x7f file memory"
		[ "$1" = row ] || printf 'scatter 11\ndevice 1000\n'
	} >recipe
	"$SRCDIR/tests/swsusp_recipe" recipe area
}

"$SRCDIR/tests/swap_area" 1100 other
cp other empty
for slots in row gaps; do
	for word in '' swap-used swap-free; do
		made $slots "$word"
		case $slots-$word in
		*-swap-used | gaps-) says=likely status=1 ;;
		*) says='not seen' status=0 ;;
		esac
		"$IMGCONV" -q -f -o archive area
		holds archive "$says"
		# From the area, from an archive, and from an archive's archive.
		"$IMGCONV" -q -f --to=plain -o again archive
		holds again "$says"
		for from in area archive again; do
			cp empty other
			expect "$status" "$IMGCONV" --to=swsusp --to-disk-image \
				-o other $from
			[ "$status" = 0 ] || says err '[SWS-38]'
		done
	done
done
