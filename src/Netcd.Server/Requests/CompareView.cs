using System.Runtime.InteropServices;
using Netcd.Base.Protobuf;

namespace Netcd.Server.Requests;

/// <summary>etcdserverpb.Compare read in place: the spans are parts of the message parsed.</summary>
/// <remarks>
/// The operand is a oneof. The last member on the wire wins, and a member that does not fit the target counts as zero
/// or empty, as in etcd (server/etcdserver/txn/txn.go, compareKV).
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public ref struct CompareView
{
    public CompareResult Result;
    public CompareTarget Target;
    public ReadOnlySpan<byte> Key;
    public ReadOnlySpan<byte> RangeEnd;
    private ReadOnlySpan<byte> _value;
    private long _number;

    // Field number of the operand's member: 4 version, 5 create, 6 mod, 7 value, 8 lease; 0 when there is none.
    private int _operandField;

    /// <summary>The operand of a comparison by value.</summary>
    public readonly ReadOnlySpan<byte> Value => _operandField == 7 ? _value : [];

    /// <summary>The operand of a comparison by version, create or mod revision, or lease.</summary>
    public readonly long Number => Target switch
    {
        CompareTarget.Version when _operandField == 4 => _number,
        CompareTarget.Create when _operandField == 5 => _number,
        CompareTarget.Mod when _operandField == 6 => _number,
        CompareTarget.Lease when _operandField == 8 => _number,
        _ => 0,
    };

    /// <inheritdoc cref="RangeRequestView.Parse"/>
    public static CompareView Parse(ReadOnlySpan<byte> message)
    {
        var view = default(CompareView);
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 1:
                    view.Result = (CompareResult)reader.ReadInt32(wireType);
                    break;
                case 2:
                    view.Target = (CompareTarget)reader.ReadInt32(wireType);
                    break;
                case 3:
                    view.Key = reader.ReadBytes(wireType);
                    break;
                case 4 or 5 or 6 or 8:
                    view._number = reader.ReadInt64(wireType);
                    view._operandField = field;
                    break;
                case 7:
                    view._value = reader.ReadBytes(wireType);
                    view._operandField = field;
                    break;
                case 64:
                    view.RangeEnd = reader.ReadBytes(wireType);
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return view;
    }
}
