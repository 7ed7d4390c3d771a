* What tests/new_paper/output.spv is made of, by `pspp -o output.spv output.sps`; all answers are made up.
DATA LIST FREE / trust use norm g.
BEGIN DATA
1 2 3 1
2 3 2 1
3 5 4 2
4 4 5 2
5 4 3 1
2 2 1 2
3 4 2 1
4 5 4 2
1 1 2 1
5 5 4 2
2 3 3 1
3 3 4 .
END DATA.
VALUE LABELS g 1 "male" 2 "female".
VARIABLE LABELS trust "Trust in the city" use "Use of services".
DESCRIPTIVES trust use norm /STATISTICS=ALL.
FREQUENCIES g /FORMAT=TABLE.
REGRESSION /VARIABLES trust use /DEPENDENT norm /METHOD=ENTER /STATISTICS DEFAULTS CI TOL.
CORRELATIONS trust use norm.
RELIABILITY /VARIABLES trust use norm /SUMMARY=TOTAL.
