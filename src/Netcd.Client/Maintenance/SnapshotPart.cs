using System.Runtime.InteropServices;
using Netcd.Base.Protobuf;

namespace Netcd.Client;

/// <summary>
/// A part of a member's database as it came, lent by <see cref="MaintenanceClient.SnapshotPartsAsync"/>.
/// </summary>
/// <param name="Blob">The bytes; of the last part the SHA-256 of all others.</param>
/// <param name="RemainingBytes">Bytes of the database that are still to come.</param>
/// <example>
/// <code>
/// await foreach (var part in client.Maintenance.SnapshotPartsAsync())
/// {
///     Console.WriteLine($"{part.Blob.Length} bytes, {part.RemainingBytes} to come");
/// }
/// </code>
/// </example>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SnapshotPart(ReadOnlyMemory<byte> Blob, ulong RemainingBytes)
{
    // Of etcdserverpb.SnapshotResponse.
    private const int RemainingField = 2;
    private const int BlobField = 3;

    internal static SnapshotPart Read(ReadOnlyMemory<byte> message)
    {
        var remaining = 0UL;
        var blob = ReadOnlyMemory<byte>.Empty;
        var reader = new ProtoReader(message.Span);
        try
        {
            while (reader.TryReadTag(out var field, out var wireType))
            {
                switch (field)
                {
                    case RemainingField:
                        remaining = reader.ReadUInt64(wireType);
                        break;
                    case BlobField:
                        var length = reader.ReadBytes(wireType).Length;
                        blob = message.Slice(reader.Position - length, length);
                        break;
                    default:
                        reader.Skip(wireType);
                        break;
                }
            }
        }
        catch (ProtoException malformed)
        {
            throw new EtcdException(StatusCode.Internal, $"malformed snapshot: {malformed.Message}", malformed);
        }

        return new SnapshotPart(blob, remaining);
    }
}
