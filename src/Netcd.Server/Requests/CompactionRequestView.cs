using System.Runtime.InteropServices;
using Netcd.Base.Protobuf;

namespace Netcd.Server.Requests;

/// <summary>etcdserverpb.CompactionRequest.</summary>
[StructLayout(LayoutKind.Auto)]
public struct CompactionRequestView
{
    public long Revision;

    /// <summary>Whether the answer waits until the compacted revisions are deleted and committed.</summary>
    public bool IsPhysical;

    /// <inheritdoc cref="RangeRequestView.Parse"/>
    public static CompactionRequestView Parse(ReadOnlySpan<byte> message)
    {
        var view = default(CompactionRequestView);
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 1:
                    view.Revision = reader.ReadInt64(wireType);
                    break;
                case 2:
                    view.IsPhysical = reader.ReadBool(wireType);
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return view;
    }
}
