using System.Buffers;
using System.Buffers.Binary;
using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Peer.Routes;
using Netcd.Peer.Streams;
using Netcd.Raft.Messages;
using Netcd.Server.Peers;

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
        try
        {
            var total = await WriteAsync(body, file, cancellation);
            await OnDiskAsync(() =>
            {
                file.Complete();
                return 0;
            });
            return total;
        }
        finally
        {
            await OnDiskAsync(() =>
            {
                file.Dispose();
                return 0;
            });
        }
    }

    // While the disk takes one piece the next one arrives.
    private static async Task<long> WriteAsync(
        BodyReader body, IncomingSnapshot file, CancellationToken cancellation)
    {
        var filling = ArrayPool<byte>.Shared.Rent(Limits.ReceivedPieceBytes);
        var writing = ArrayPool<byte>.Shared.Rent(Limits.ReceivedPieceBytes);
        var written = Task.CompletedTask;
        try
        {
            var total = 0L;
            while (true)
            {
                var count = await FillAsync(body, filling.AsMemory(0, Limits.ReceivedPieceBytes), cancellation);
                await written;
                total += count;
                if (count == 0)
                {
                    return total;
                }

                (filling, writing) = (writing, filling);
                var piece = writing;
                written = OnDiskAsync(() =>
                {
                    file.Write(piece.AsSpan(0, count));
                    return 0;
                });
            }
        }
        finally
        {
            // Not before the disk is done with it.
            await written.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ArrayPool<byte>.Shared.Return(filling);
            ArrayPool<byte>.Shared.Return(writing);
        }
    }

    // A read brings what has come, which may be little; each piece costs a thread.
    private static async ValueTask<int> FillAsync(
        BodyReader body, Memory<byte> piece, CancellationToken cancellation)
    {
        var length = 0;
        while (length < piece.Length)
        {
            var count = await body.ReadAsync(piece[length..], cancellation);
            if (count == 0)
            {
                break;
            }

            length += count;
        }

        return length;
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
