using BenchmarkDotNet.Running;
using Netcd.Benchmarks.Bbolt;
using Netcd.Benchmarks.Raft;

// "bbolt DIRECTORY [keys]" measures whole databases on a real disk; anything else goes to BenchmarkDotNet.
if (args is ["bbolt", var directory, ..])
{
    BboltLoad.Run(directory, args.Length > 2 ? int.Parse(args[2]) : 1_000_000);
    return;
}

// "raft" tells quickly what a batch costs three members: messages, time, garbage.
if (args is ["raft"])
{
    RaftLoad.Run();
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(BboltReadBenchmarks).Assembly).Run(args);
