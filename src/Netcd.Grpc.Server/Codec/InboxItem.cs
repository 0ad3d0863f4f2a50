namespace Netcd.Grpc.Server.Codec;

/// <summary>Something that another thread wants done on a connection.</summary>
internal readonly record struct InboxItem(InboxKind Kind, int StreamId, int Generation, Reply Reply, long Count = 0);
