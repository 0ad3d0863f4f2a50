using System.Runtime.InteropServices;
using Netcd.Base;
using Netcd.Base.Protobuf;

namespace Netcd.Server.Requests;

/// <summary>etcdserverpb.PutRequest read in place: the spans are parts of the message parsed.</summary>
[StructLayout(LayoutKind.Auto)]
public ref struct PutRequestView
{
    public ReadOnlySpan<byte> Key;
    public ReadOnlySpan<byte> Value;
    public LeaseId Lease;
    public bool PreviousWanted;
    public bool IgnoreValue;
    public bool IgnoreLease;

    /// <inheritdoc cref="RangeRequestView.Parse"/>
    public static PutRequestView Parse(ReadOnlySpan<byte> message)
    {
        var view = default(PutRequestView);
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 1:
                    view.Key = reader.ReadBytes(wireType);
                    break;
                case 2:
                    view.Value = reader.ReadBytes(wireType);
                    break;
                case 3:
                    view.Lease = new LeaseId(reader.ReadInt64(wireType));
                    break;
                case 4:
                    view.PreviousWanted = reader.ReadBool(wireType);
                    break;
                case 5:
                    view.IgnoreValue = reader.ReadBool(wireType);
                    break;
                case 6:
                    view.IgnoreLease = reader.ReadBool(wireType);
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return view;
    }
}
