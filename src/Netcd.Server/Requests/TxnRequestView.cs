using System.Runtime.InteropServices;
using Netcd.Base.Protobuf;

namespace Netcd.Server.Requests;

/// <summary>
/// etcdserverpb.TxnRequest read in place. Its parts are found by walking the message, each list by its own pass, so
/// that nothing is allocated.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly ref struct TxnRequestView
{
    private const int CompareField = 1;
    private const int SuccessField = 2;
    private const int FailureField = 3;

    private TxnRequestView(ReadOnlySpan<byte> message, int compareCount, int successCount, int failureCount)
    {
        Message = message;
        CompareCount = compareCount;
        SuccessCount = successCount;
        FailureCount = failureCount;
    }

    /// <summary>The whole message.</summary>
    public ReadOnlySpan<byte> Message { get; }

    public int CompareCount { get; }

    public int SuccessCount { get; }

    public int FailureCount { get; }

    /// <summary>Each item is a <see cref="CompareView"/>'s message.</summary>
    public RepeatedMessages Compares => new(Message, CompareField);

    /// <summary>Each item is a <see cref="RequestOpView"/>'s message.</summary>
    public RepeatedMessages Success => new(Message, SuccessField);

    /// <inheritdoc cref="Success"/>
    public RepeatedMessages Failure => new(Message, FailureField);

    /// <summary>The operations to run when the comparisons came out as <paramref name="succeeded"/>.</summary>
    public RepeatedMessages Branch(bool succeeded) => succeeded ? Success : Failure;

    /// <inheritdoc cref="RangeRequestView.Parse"/>
    public static TxnRequestView Parse(ReadOnlySpan<byte> message)
    {
        var compareCount = 0;
        var successCount = 0;
        var failureCount = 0;
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case CompareField:
                    compareCount++;
                    reader.ReadBytes(wireType);
                    break;
                case SuccessField:
                    successCount++;
                    reader.ReadBytes(wireType);
                    break;
                case FailureField:
                    failureCount++;
                    reader.ReadBytes(wireType);
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return new TxnRequestView(message, compareCount, successCount, failureCount);
    }
}
