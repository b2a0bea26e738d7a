# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# What the scripts of tests/guest/ share. The caller sets -eu and guest, the
# folder of these scripts.

cache=${IMGFMT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/imgfmt}

# Where a guest's second disk has room for what it says, and for what it tries.
notes_mib=32

# A guest that software emulation has not brought up by then never comes up.
guest_seconds=300

die()
{
	echo "${0##*/}: $*" >&2
	exit 2
}

# make_workdir: sets work to a new folder that goes when the script ends, as does
# a guest.
make_workdir()
{
	mkdir -p "$cache/tmp"
	work=$(mktemp -d "$cache/tmp/${0##*/}.XXXXXX")
	guest_pid=
	trap '[ -z "$guest_pid" ] || kill "$guest_pid"; rm -rf "$work"' EXIT
	trap 'exit 2' HUP INT TERM
}

# start_guest KERNEL MEM INITRD PARAMETERS [QEMU OPTION..]
# Its two processors take turns: with a thread for each, QEMU 7.2 sometimes lets
# one run code that the other one is patching, and Linux patches its own. On a busy
# machine a timer may tick too seldom for a kernel that looks whether it does.
# Starts a guest in the folder $work: its console goes to the file console,
# its monitor reads descriptor 3 and answers in the file monitor.log.
start_guest()
{
	start_kernel=$1 start_mem=$2 start_initrd=$3 start_parameters=$4
	shift 4
	mkfifo "$work/monitor"
	: >"$work/console"
	(cd "$work" && exec timeout "$guest_seconds" qemu-system-x86_64 \
		-accel tcg,thread=single -machine pc -cpu qemu64 -smp 2 -m "$start_mem" \
		-display none -nodefaults -no-reboot \
		-serial file:console -monitor stdio \
		-kernel "$start_kernel/vmlinuz" -initrd "$start_initrd" \
		-append "console=ttyS0 loglevel=4 panic=-1 no_timer_check $start_parameters" \
		"$@" <monitor >monitor.log 2>&1) &
	guest_pid=$!
	exec 3>"$work/monitor"
}

show_guest()
{
	tail -n 20 "$work/console" "$work/monitor.log" >&2
}

# Waits until the guest has said $1 on its console.
wait_for_guest()
{
	until grep -q "^guest: $1" "$work/console"; do
		if ! kill -0 "$guest_pid" 2>/dev/null; then
			guest_pid=
			show_guest
			die "the guest ended before it was $1"
		fi
		sleep 0.1
	done
}

# Waits until the guest has ended.
end_guest()
{
	exec 3>&-
	if ! wait "$guest_pid"; then
		guest_pid=
		show_guest
		die "the guest failed"
	fi
	guest_pid=
}

# run_sleeper KERNEL MEM INITRD DISK PARAMETERS [QEMU OPTION..]
# Runs a guest that hibernates to or resumes from DISK, until it ends. What it
# tells about itself is in the file notes then. A resumed guest goes on with the
# disks that it had, so they are always these.
run_sleeper()
{
	sleeper_kernel=$1 sleeper_mem=$2 sleeper_initrd=$3 sleeper_disk=$4
	sleeper_parameters=$5
	shift 5
	rm -f "$work/notes"
	truncate -s "${notes_mib}M" "$work/notes"
	start_guest "$sleeper_kernel" "$sleeper_mem" "$sleeper_initrd" \
		"$sleeper_parameters" \
		-drive "file=$sleeper_disk,if=none,id=disk,format=raw,cache=unsafe" \
		-device virtio-blk-pci,drive=disk \
		-drive file=notes,if=none,id=notes,format=raw,cache=unsafe \
		-device virtio-blk-pci,drive=notes "$@"
	end_guest
}
