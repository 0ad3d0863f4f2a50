using System.Buffers;
using System.Buffers.Binary;
using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Peer.Routes;
using Netcd.Peer.Streams;
using Netcd.Raft.Messages;

namespace Netcd.Peer.Snapshots;

/// <summary>Takes in one snapshot request's body: the message, then the database into a file.</summary>
internal sealed class SnapshotReceiver(PeerContext context)
{
    /// <summary>Reads the message.</summary>
    /// <exception cref="RefusedException">400, with etcd's texts.</exception>
    public async Task<Message> ReadMessageAsync(BodyReader body, CancellationToken cancellation)
    {
        Message message;
        try
        {
            var prefix = await body.ReadExactlyAsync(MessageFrame.LengthBytes, cancellation);
            var length = BinaryPrimitives.ReadUInt64BigEndian(prefix);
            if (length > (ulong)context.MessageBytesMax)
            {
                throw new RefusedException(400, "failed to decode raft message (rafthttp: error limit exceeded)");
            }

            message = MessageCodec.Read(await body.ReadExactlyAsync((int)length, cancellation));
        }
        catch (EndOfStreamException cut)
        {
            throw new RefusedException(400, $"failed to decode raft message ({cut.Message})");
        }
        catch (ProtoException damaged)
        {
            // Go's name for an end of input, which its decoder hands through; its own texts have a prefix.
            var text = damaged.Message == "unexpected EOF" ? damaged.Message : $"proto: {damaged.Message}";
            throw new RefusedException(400, $"failed to decode raft message ({text})");
        }

        return message.Type == MessageType.Snap && message.Snapshot is not null
            ? message
            : throw new RefusedException(400, "wrong raft message type");
    }

    /// <summary>Writes the rest of the body to the member's disk and gives the file its name.</summary>
    /// <returns>Bytes of the database.</returns>
    /// <exception cref="RefusedException">500: the disk refuses, or the member is not running.</exception>
    /// <exception cref="IOException">The sender broke off.</exception>
    public async Task<long> StoreAsync(BodyReader body, LogIndex index, CancellationToken cancellation)
    {
        var file = await OnDiskAsync(() => context.Gate.OpenIncomingSnapshot(index))
            ?? throw new RefusedException(503, "the member is not running");
        var piece = ArrayPool<byte>.Shared.Rent(Limits.SnapshotPieceBytes);
        try
        {
            var total = 0L;
            int count;
            while ((count = await body.ReadAsync(piece.AsMemory(0, Limits.SnapshotPieceBytes), cancellation)) > 0)
            {
                await OnDiskAsync(() =>
                {
                    file.Write(piece.AsSpan(0, count));
                    return 0;
                });
                total += count;
            }

            await OnDiskAsync(() =>
            {
                file.Complete();
                return 0;
            });
            return total;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
            await OnDiskAsync(() =>
            {
                file.Dispose();
                return 0;
            });
        }
    }

    // A thread of its own for as long as the disk takes: the pool's few serve every timer and request.
    private static async Task<T> OnDiskAsync<T>(Func<T> work)
    {
        try
        {
            return await Task.Factory.StartNew(
                work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (IOException refused)
        {
            throw new RefusedException(500, $"failed to save KV snapshot ({refused.Message})");
        }
    }
}
