/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Code without a kernel that is jumped into and comes back, any number of times.
 * It takes two numbers from a page of low memory, and leaves their product there and what it
 * has counted in its own memory: the calls, and the sum of all products.
 */
	.equ	mailbox, 0x8000

	.text
	.globl	_start
_start:
again:
	/* Where the system that called goes on. */
	popq	%rcx
	movl	$mailbox, %ebx
	movq	0(%rbx), %rax
	mulq	8(%rbx)
	movq	%rax, 16(%rbx)
	addq	%rax, sum(%rip)
	incq	calls(%rip)
	movq	calls(%rip), %rax
	movq	%rax, 24(%rbx)
	movq	sum(%rip), %rax
	movq	%rax, 32(%rbx)
	/* The last page of what was loaded: zero before the first call. */
	movq	far(%rip), %rax
	movq	%rax, 40(%rbx)
	movq	calls(%rip), %rax
	movq	%rax, far(%rip)
	/* So that it finds on the stack where to call the next time. */
	call	*%rcx
	jmp	again

	.balign	8
calls:	.quad	0
sum:	.quad	0
	.equ	far, _start + 0x5ff8

	.section .note.GNU-stack, "", @progbits
