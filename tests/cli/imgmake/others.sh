# SPDX-License-Identifier: GPL-2.0-or-later
# What is known by its first bytes and not read is named, with a way from it.
core 4 core
gzip -k core
xz -k core
zstd -q core
printf 'KDUMP   \6\0\0\0' >kdump
printf 'makedumpfile\0\0\0\0\0\0\0\1' >flat
printf 'EMiL\1\0\0\0' >lime
printf 'QFI\373\0\0\0\3' >qcow2
while read -r file words; do
	expect 4 "$IMGMAKE" -o image "$file"
	says err "imgmake: $file: $words"
	expect 4 "$IMGCHECK" "$file"
	says out "$file: $words"
	says out "$file: unsupported"
	expect 4 "$IMGDUMP" - <"$file"
	[ ! -e image ] || fail "$file: an image"
done <<END
core.gz compressed by gzip: decompress it first
core.xz compressed by xz: decompress it first
core.zst compressed by zstd: decompress it first
kdump a dump in makedumpfile's compressed format, which is not read: makedumpfile -E
flat a dump in makedumpfile's flattened format: makedumpfile -R
lime a memory dump in the format of LiME
qcow2 a disk in the format qcow2: qemu-img convert
END
# A few of the bytes are none of it.
printf 'KDUMP' >kdump
expect 3 "$IMGMAKE" -o image kdump
says err 'kdump: not an image'
printf '\37\213' >short
expect 3 "$IMGCHECK" short

# The core of a process has no physical addresses; aliases at 0 are no such.
fixture bad-elf-17 process
for tool in "$IMGMAKE" "$IMGCONV"; do
	expect 3 "$tool" -o image process
	says err 'process: the core of a process'
	says err '[ELF-17]'
done
expect 3 "$IMGCHECK" process
says out 'process: not an image'
recipe alias <<-END
	level foreign
	segment 0 0x4000 pattern vaddr=0x400000
	segment 0 0x4000 pattern vaddr=0x800000
	set phdr[2].offset 0x1000
END
expect 0 "$IMGDUMP" alias
