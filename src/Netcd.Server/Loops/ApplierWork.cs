using Netcd.Base.Records;
using Netcd.Raft;

namespace Netcd.Server.Loops;

/// <summary>What the applier does one after the other: entries, or a snapshot in their place.</summary>
internal readonly record struct ApplierWork(StorageApply? Batch, Snapshot? Snapshot);
