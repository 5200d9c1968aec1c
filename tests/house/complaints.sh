#!/bin/sh
# Every test that docs/complaints.md names exists. usage: complaints.sh SOURCE
cd "$1" || exit 2
missing=0
grep '^|' docs/complaints.md | sed 's/^|[^|]*|//' | grep -o '"[^"]*"' | tr -d '"' | sort -u > /tmp/complaints.$$
while IFS= read -r name; do
  grep -rqF "TEST_CASE(\"$name\"" tests || { echo "no test named: $name"; missing=1; }
done < /tmp/complaints.$$
rm -f /tmp/complaints.$$
for file in $(grep -o '`tests/[^`]*`' docs/complaints.md | tr -d '`'); do
  [ -f "$file" ] || { echo "no file $file"; missing=1; }
done
exit $missing
