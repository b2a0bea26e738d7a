#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""drgn_read.py FILE [VMLINUX]

Prints what drgn sees in a dump of a kernel: the names that uname gives, and where
some globals lie, read from the dump alone; with the kernel's debug symbols also
a global's value and the threads.
"""

import sys

import drgn
from drgn.helpers.linux.kallsyms import load_vmlinux_kallsyms
from drgn.helpers.linux.pid import for_each_task

FIELD = 65  # of struct new_utsname


def vmcoreinfo(prog):
    text = prog["VMCOREINFO"].string_().decode()
    return dict(line.split("=", 1) for line in text.splitlines())


def print_uname(prog):
    info = vmcoreinfo(prog)
    address = int(info["SYMBOL(init_uts_ns)"], 16) + int(info["OFFSET(uts_namespace.name)"])
    names = prog.read(address, 6 * FIELD)
    fields = (names[at:at + FIELD].split(b"\0")[0] for at in range(0, len(names), FIELD))
    print(*(field.decode() for field in fields))


def print_symbols(prog):
    prog.register_symbol_finder("kallsyms", load_vmlinux_kallsyms(prog), enable_index=0)
    for name in ("init_task", "jiffies_64", "linux_banner"):
        print(name, hex(prog.symbol(name).address))


def print_typed(prog, vmlinux):
    prog.load_debug_info([vmlinux])
    print("release", prog["init_uts_ns"].name.release.string_().decode())
    print("jiffies", prog["jiffies"].value_())
    tasks = sorted((t.pid.value_(), t.comm.string_().decode()) for t in for_each_task(prog))
    print("tasks", len(tasks))
    for pid, name in tasks:
        print(pid, name)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: drgn_read.py FILE [VMLINUX]")
    prog = drgn.Program()
    prog.set_core_dump(sys.argv[1])
    print_uname(prog)
    print_symbols(prog)
    if len(sys.argv) == 3:
        print_typed(prog, sys.argv[2])


if __name__ == "__main__":
    main()
