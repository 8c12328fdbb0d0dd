// Package plugins, in place of Prometheus's own: promtool checks rules and needs no service discovery, whose clients for every cloud are most of its code.
package plugins
