# SPDX-License-Identifier: GPL-2.0-or-later
"""A folder of recipes, and the command line of the program that builds them."""

import argparse
import os
import sys
from dataclasses import dataclass
from typing import Callable

from .reader import RecipeError

TESTS = os.path.dirname(os.path.dirname(__file__))


@dataclass
class Fixtures:
    program: str
    description: str
    statements: str     # for --help
    readme: str         # the folder's README.md up to its table
    folder: str         # below tests/
    recipe: type
    build: Callable     # (recipe, path)
    expected: dict      # suffix: function of a recipe, its text; for good images

    def recipes(self):
        directory = os.path.join(TESTS, self.folder)
        files = os.listdir(directory)
        for name in sorted(file[:-len(".recipe")] for file in files
                           if file.endswith(".recipe")):
            yield name, self.recipe(os.path.join(directory, name + ".recipe"))

    def build_all(self, directory):
        """Beside each good image, what the recipe says of it."""
        for name, recipe in self.recipes():
            path = os.path.join(directory, name)
            try:
                self.build(recipe, path)
            except (ValueError, LookupError) as error:
                raise RecipeError(f"{name}: {error}") from error
            if name.startswith("good-"):
                for suffix, function in self.expected.items():
                    with open(path + suffix, "w", encoding="ascii") as file:
                        file.write(function(recipe))

    def show_list(self):
        """Name, exit status, rule, rules broken with it, options; by tabs."""
        for name, recipe in self.recipes():
            print(name, *(recipe.header.get(field) or "-"
                          for field in ("exit", "rule", "also", "options")), sep="\t")

    def show_readme(self):
        print(self.readme, end="")
        for name, recipe in self.recipes():
            head = recipe.header
            print(f"| {name} | {head['exit']} | {head.get('rule', '')} | {head['proves']} |")

    def _parser(self):
        parser = argparse.ArgumentParser(
            prog=self.program, description=self.description, epilog=self.statements,
            formatter_class=argparse.RawDescriptionHelpFormatter)
        parser.add_argument("--list", action="store_true", help="list the fixtures")
        parser.add_argument("--readme", action="store_true",
                            help=f"print tests/{self.folder}/README.md")
        parser.add_argument("--all", metavar="DIRECTORY",
                            help="build every fixture in DIRECTORY")
        parser.add_argument("recipe", nargs="?")
        parser.add_argument("image", nargs="?")
        return parser

    def main(self):
        parser = self._parser()
        args = parser.parse_args()
        try:
            if args.list:
                self.show_list()
            elif args.readme:
                self.show_readme()
            elif args.all:
                self.build_all(args.all)
            elif args.image is None:
                parser.error("a recipe and an output file, please")
            else:
                self.build(self.recipe(args.recipe), args.image)
        except (RecipeError, ValueError, KeyError, IndexError, OSError) as error:
            print(f"{self.program}: {args.recipe or args.all}: {error}", file=sys.stderr)
            return 2
        return 0
