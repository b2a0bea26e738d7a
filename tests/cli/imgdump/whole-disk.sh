# SPDX-License-Identifier: GPL-2.0-or-later
# A whole disk in place of a partition: its table tells where swap is.
"$SRCDIR/tests/swsusp_recipe" "$FIXTURES/swsusp/good-lzo.recipe" swap

# disk FILE BYTES OFFSET..: an empty one, with the area at these offsets.
disk()
{
	local file=$1 size=$2 at

	shift 2
	rm -f "$file"
	truncate -s "$size" "$file"
	for at; do
		dd if=swap of="$file" bs=4096 seek=$((at / 4096)) conv=notrunc status=none
	done
}

# entry FILE AT TYPE FIRST SECTORS: an entry of an MBR; in sectors of 512 bytes.
entry()
{
	patch_file "00000000$3000000$(word "$4")$(word "$5")" "$1" "$2"
}

word()
{
	printf '%02x%02x%02x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) \
		$(($1 >> 16 & 255)) $(($1 >> 24 & 255))
}

mark()
{
	patch_file 55aa "$1" "$2"
}

# finds TEXT FILE: it is no image, by these words, for all tools.
finds()
{
	expect 3 "$IMGDUMP" "$2"
	says err "imgdump: $2: $1"
	expect 3 "$IMGCHECK" "$2"
	says out "$2: $1"
	expect 3 "$IMGCONV" -o image "$2"
	says err "imgconv: $2: $1"
}

disk mbr 8M 2097152
entry mbr 446 83 2048 2048
entry mbr 462 82 4096 4096
finds 'not an image' mbr
mark mbr 510
finds 'a disk with 2 partitions: swap is at --offset=2097152' mbr
"$IMGCHECK" -q --resumable --offset=2097152 mbr
expect 3 "$IMGCHECK" -q --offset=1M mbr

# Logical ones, two of them with swap, and one that is cut.
disk logical 8M 1052672 3149824
entry logical 446 05 2048 12288
mark logical 510
entry logical $((1048576 + 446)) 82 8 2048
entry logical $((1048576 + 462)) 05 4096 2048
mark logical $((1048576 + 510))
entry logical $((3145728 + 446)) 82 8 2048000
mark logical $((3145728 + 510))
finds 'a disk with 2 partitions: swap is at --offset=1052672 or --offset=3149824' logical

# A GPT, in sectors of either size; without swap.
for sector in 512 4096; do
	disk gpt 8M 4194304
	entry gpt 446 ee 1 16383
	mark gpt 510
	patch_file 4546492050415254 gpt $sector
	patch_file "0200000000000000$(word 4)$(word 128)" gpt $((sector + 72))
	patch_file 6dfd5706aba4c44384e50933c84b4f4f gpt $((2 * sector + 128))
	patch_file "$(word $((4194304 / sector)))00000000$(word $((6291456 / sector)))00000000" \
		gpt $((2 * sector + 128 + 32))
	finds 'a disk with 1 partition: swap is at --offset=4194304' gpt
	head -c 10 /dev/zero | dd of=gpt bs=1 seek=$((4194304 + 4086)) conv=notrunc status=none
	finds 'a disk with 1 partition: name one of them, or give its first byte with --offset' gpt
done

# A boot sector is no table of partitions.
head -c 512 /dev/zero | tr '\0' 'x' >boot
mark boot 510
truncate -s 1M boot
finds 'not an image' boot
expect 3 "$IMGDUMP" - < <(cat mbr)
says err 'not an image'
