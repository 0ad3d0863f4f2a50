namespace Netcd.Daemon.Discovery;

/// <summary>A node as of an index of the version 2 key space.</summary>
internal sealed record KeysAnswer(KeysNode Node, ulong Index);
