"""The first page: three questions, and answers whose words are chosen by what was measured."""
