// Package supplychain brings packages and images to training jobs: from the public indexes, through stages, without the internet.
package supplychain
