// Package catalog holds what AWS offers as dated tables: the instance types that SageMaker trains on, and what differs
// by region. It is pure Go: no network, no node.
//
// The tables are CSV files beside the code, read on first use. A value that no source gave is empty in the file and
// unknown here: the package never guesses. It covers the commercial partition (aws) only.
package catalog

// AsOf is the day on which the tables were last compared with their sources.
const AsOf = "2026-11-22"
