// Package storage makes the buckets that training reads from and writes to, and their keys.
//
//	data := storage.NewDataBucket(stack, "Datasets", &storage.DataBucketProps{Environment: dev})
//	train := data.Prefix("churn/train/") // what a job is given
//
// Every bucket is private, encrypted with a key of its own, versioned, refuses plain HTTP and TLS below 1.2, logs each
// access, and outlives its stack everywhere but in development. Buckets have no fixed name, so that a stack can be
// deployed twice.
//
// What it costs: 1 USD a month for each key, up to 3 after two yearly rotations, and S3's price for what is stored.
package storage
