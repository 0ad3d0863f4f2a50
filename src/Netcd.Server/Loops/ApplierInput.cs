using Netcd.Base.Records;
using Netcd.Raft;

namespace Netcd.Server.Loops;

/// <summary>What is posted to the applier: a batch, the configuration a conf change led to, or a late answer.</summary>
internal readonly record struct ApplierInput(StorageApply? Batch, ConfState? ConfState, Action? Answer);
