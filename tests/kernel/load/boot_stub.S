/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a loaded kernel is entered through: it notes where the system that has
 * jumped wants to be called back, and starts the kernel as a boot loader would.
 * Called with the address to come back to on top of the stack, in 64-bit mode,
 * all memory at its physical address. It is copied as a whole, and the fields at
 * its end are filled in; boot_stub.h has the same as a struct.
 */
	.section .rodata
	.globl	boot_stub, boot_stub_fields, boot_stub_end
	.balign	16
boot_stub:
	cli
	cld
	movq	(%rsp), %rax
	/* The entry in the headers of the core, if there are any. */
	movq	headers_entry(%rip), %rdi
	testq	%rdi, %rdi
	jz	1f
	movq	%rax, (%rdi)
1:	/* And 16 digits in the command line. */
	movq	digits(%rip), %rdi
	testq	%rdi, %rdi
	jz	3f
	movl	$16, %ecx
2:	rolq	$4, %rax
	movl	%eax, %edx
	andl	$15, %edx
	leaq	hexadecimal(%rip), %rsi
	movb	(%rsi, %rdx), %dl
	movb	%dl, (%rdi)
	incq	%rdi
	decl	%ecx
	jnz	2b
3:	/* Flat segments, as the boot protocol wants them. */
	leaq	segments(%rip), %rax
	movq	%rax, segments_at(%rip)
	lgdt	segments_limit(%rip)
	movl	$0x18, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	%eax, %fs
	movl	%eax, %gs
	movq	parameters(%rip), %rsi
	pushq	$0x10
	pushq	kernel(%rip)
	lretq

hexadecimal:
	.ascii	"0123456789abcdef"
	.balign	8
segments:
	.quad	0, 0
	.quad	0x00af9a000000ffff	/* code, 64 bits */
	.quad	0x00cf92000000ffff	/* data */
	.skip	6
segments_limit:
	.word	31
segments_at:
	.quad	0

	.balign	8
boot_stub_fields:
kernel:		.quad	0
parameters:	.quad	0
digits:		.quad	0
headers_entry:	.quad	0
boot_stub_end:

	.section .note.GNU-stack, "", @progbits
