# SPDX-License-Identifier: GPL-2.0-or-later
# What a kernel tells out of its own memory, without a note of the image.
saved_core core stale
expect 0 "$IMGDUMP" -v --vmcoreinfo core
cat err
cmp out text
"$IMGDUMP" --raw --vmcoreinfo core | cmp - text
"$IMGDUMP" --json --vmcoreinfo core >document
valid_json imgdump-1 document
jq -c '[.vmcoreinfo_origin, .vmcoreinfo[0]]' document

# A note comes first; through a pipe it is all.
text=$(sed ':a; N; $!ba; s/\n/\\n/g' text)
recipe noted <<END
level foreign
note VMCOREINFO 0 text "$text\n"
segment 0 0x80000 file memory
END
"$IMGDUMP" --summary noted | sed -n '/^Kernel/,/^Format/p'
"$IMGDUMP" --json noted | jq -c '.summary | [.release, .version, .kernel]'
"$IMGDUMP" --json - <noted | jq -c .summary.kernel
# shellcheck disable=SC2002 # a pipe is no file
cat noted | "$IMGDUMP" --json - | jq -c '.summary | [.release, .version, .kernel]'

# A summary does not look through a core, but through what has no notes.
"$IMGDUMP" core | sed -n '/^Kernel/,/^Format/p'
saved_swap area stale
"$IMGDUMP" area | sed -n '/^Kernel/,/^Format/p'
"$IMGDUMP" --json area | jq -c '.summary | [.release, .version, .kernel]'

# Virtual addresses: of the image, of the direct map, across pages.
"$IMGDUMP" --virt --read=0xffffffff9a001082:11 --read=0xffff8acb40011082:11 core
"$IMGDUMP" --virt --raw --read=0xffff8acb40000000:512K core | cmp - memory
"$IMGDUMP" --virt --raw --read=0xffffffff9a000ffe:4K core |
	cmp - <("$IMGDUMP" --phys --raw --read=0x10ffe:4K core)
"$IMGDUMP" --virt --json --read=0xffffffff9a001082:4 core | jq -c .read[]
for address in 0 0xffffffff9a018000 0xffffffff9a017ff8:16 0xffff8acb3ffffff8:16; do
	expect 1 "$IMGDUMP" --virt --read=$address core
	cat err
done

# What is not there.
saved_core bare no-note
for what in --dmesg --virt\ --read=0xffffffff9a000000 --raw\ --vmcoreinfo; do
	# shellcheck disable=SC2086 # options are words
	expect 1 "$IMGDUMP" $what bare
	cat err
done
expect 0 "$IMGDUMP" --vmcoreinfo bare
cat out err
for options in --virt "--virt --phys --read=0" "--virt --view=jump --read=0" --phys; do
	# shellcheck disable=SC2086 # options are words
	expect 2 "$IMGDUMP" $options core
	sed 1q err
done
