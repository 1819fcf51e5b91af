// Argo CD's own programs as one, which is asked for by the name that it is started under, as Argo CD's own is. Its main package has
// the API server with its user interface too, for which a browser's files have to be built first; no case needs that.
//
// The last one is no part of Argo CD: a Redis that keeps everything in memory, where Argo CD expects one.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/alicebob/miniredis/v2"
	controller "github.com/argoproj/argo-cd/v3/cmd/argocd-application-controller/commands"
	applicationset "github.com/argoproj/argo-cd/v3/cmd/argocd-applicationset-controller/commands"
	plugin "github.com/argoproj/argo-cd/v3/cmd/argocd-cmp-server/commands"
	repository "github.com/argoproj/argo-cd/v3/cmd/argocd-repo-server/commands"
	"github.com/argoproj/argo-cd/v3/util/log"
	"github.com/spf13/cobra"
	"k8s.io/klog/v2"
)

var commands = map[string]func() *cobra.Command{
	"argocd-application-controller":    controller.NewCommand,
	"argocd-applicationset-controller": applicationset.NewCommand,
	"argocd-cmp-server":                plugin.NewCommand,
	"argocd-redis":                     redis,
	"argocd-repo-server":               repository.NewCommand,
}

func redis() *cobra.Command {
	return &cobra.Command{
		Use:  "argocd-redis ADDRESS:PORT",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			server := miniredis.NewMiniRedis()
			if err := server.StartAddr(args[0]); err != nil {
				return err
			}
			ended := make(chan os.Signal, 1)
			signal.Notify(ended, os.Interrupt, syscall.SIGTERM)
			// Its time stands still by itself, and what Argo CD keeps for minutes, such as what a branch points to, would stay for ever.
			for second := time.NewTicker(time.Second); ; {
				select {
				case <-second.C:
					server.FastForward(time.Second)
				case <-ended:
					return nil
				}
			}
		},
	}
}

func main() {
	// As Argo CD does before anything else.
	klog.SetLogger(log.NewLogrusLogger(log.NewWithCurrentConfig()))
	command, known := commands[filepath.Base(os.Args[0])]
	if !known {
		fmt.Fprintln(os.Stderr, "start it under one of its names:")
		for name := range commands {
			fmt.Fprintln(os.Stderr, " ", name)
		}
		os.Exit(2)
	}
	if command().Execute() != nil {
		os.Exit(1)
	}
}
