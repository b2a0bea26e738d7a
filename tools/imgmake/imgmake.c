/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * imgmake - make an image from the memory of a system.
 */
#include "common/input.h"
#include "common/produce.h"
#include "common/spool.h"

struct imgmake {
	struct tool	 tool;
	struct produce	 produce;
	int		 profile;
	int		 kind;
	int		 from_view;
	bool		 has_entry;	/* not the source's own */
	uint64_t	 entry;
	const char	*machine_facts;

	struct imgfmt_machine	*machine;
};

static bool load_machine(struct imgmake *m, int *exit_ret)
{
	if (!m->machine_facts)
		return true;
	if (!input_machine(&m->tool, m->machine_facts, &m->machine, exit_ret))
		return false;
	m->produce.opts.machine = m->machine;
	m->produce.also_read = m->machine_facts;
	return true;
}

static int run(struct imgmake *m)
{
	struct imgfmt_convert_opts *o = &m->produce.opts;
	int status;

	produce_begin(&m->produce, m->tool.operands[0]);
	o->to = imgfmt_profile_name(m->profile);
	o->kind = (uint32_t)m->kind;
	o->source_view = (uint32_t)m->from_view;
	o->has_entry = m->has_entry;
	o->entry = m->entry;
	if (load_machine(m, &status))
		status = produce_run(&m->produce, m->tool.operands[0]);
	imgfmt_machine_free(m->machine);
	return status;
}

int main(int argc, char **argv)
{
	static const struct tool_info info = {
		.name = "imgmake",
		.synopsis = "[options] [-o OUT] SOURCE",
		.description = "Make an image from the memory of a system, "
			       "as an ELF core or image has it",
		.manual = "imgmake(1)",
		.operands_min = 1,
		.operands_max = 1,
	};
	static const struct opt_name profiles[] = {
		{ "packed", IMGFMT_PACKED },
		{ "plain", IMGFMT_PLAIN },
		{ NULL, 0 }
	};
	static const struct opt_name kinds[] = {
		{ "hibernated-system", IMGFMT_HIBERNATED_SYSTEM },
		{ "hibernating-kernel", IMGFMT_HIBERNATING_KERNEL },
		{ NULL, 0 }
	};
	struct imgmake m = {
		.produce.tool = &m.tool,
		.produce.spool = SPOOL_DEFAULT,
		.profile = IMGFMT_PACKED,
	};
	const struct opt opts[] = {
		OPT_HEADING("The source:"),
		OPT_WORD(0, "from-view", "VIEW", &m.from_view, opts_view,
			 "take its addresses as those of VIEW"),
		OPT_ADDRESS_GIVEN(0, "entry", "ADDR", &m.entry, &m.has_entry,
				  "take ADDR as the entry"),
		OPT_WORD(0, "kind", "KIND", &m.kind, kinds,
			 "say whose memory it is"),
		OPT_STRING_OR(0, "machine-facts", "FILE", &m.machine_facts,
			      INPUT_THIS_MACHINE,
			      "take the memory map from FILE or this machine"),
		OPTS_INPUT(&m.tool.common),
		OPT_HEADING("The image:"),
		OPTS_OUTPUT(&m.tool.common),
		OPT_WORD(0, "profile", "PROFILE", &m.profile, profiles,
			 "make an image of PROFILE"),
		OPTS_PRODUCE(&m.produce),
		OPT_HEADING("Other options:"),
		OPTS_THREADS(&m.tool.common),
		OPTS_PROGRESS(&m.tool.common),
		OPTS_REPORT(&m.tool.common),
		OPTS_COMMON(&m.tool.common),
		OPTS_END
	};
	int status;

	if (!tool_start(&m.tool, &info, opts, argc, argv, &status))
		return status;
	return tool_finish(&m.tool, run(&m));
}
