package catalog

import (
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
)

// row is one line of a table, by column name.
type row map[string]string

// parse reads a CSV table whose first line names the columns. The tables are compiled in, so a fault in one is a fault
// of the library and panics.
func parse(file, text string) []row {
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("catalog: %s: %v", file, err))
	}
	rows := make([]row, 0, len(lines)-1)
	for _, line := range lines[1:] {
		r := row{}
		for i, column := range lines[0] {
			r[column] = line[i]
		}
		rows = append(rows, r)
	}
	return rows
}

// number reads a column as a number; an empty one is 0.
func (r row) number(column string) float64 {
	if r[column] == "" {
		return 0
	}
	n, err := strconv.ParseFloat(r[column], 64)
	if err != nil {
		panic(fmt.Sprintf("catalog: column %s: %v", column, err))
	}
	return n
}
