using Netcd.Base.GoSyntax;
using Netcd.Client;
using Netcd.CommandLine;
using Netcd.Proto.EtcdServer;

namespace Netcd.Ctl.Commands.Kv;

/// <summary>A comparison: <c>mod("key") > "0"</c>.</summary>
internal static class TxnCompare
{
    public static Compare Parse(string line)
    {
        var parts = line.Split('(', 2);
        if (parts.Length != 2)
        {
            throw Malformed(line);
        }

        var (target, scan) = (parts[0], new TxnScanner(parts[1]));
        var isWhole = scan.TryReadQuoted(out var key)
            && scan.TryRead(')') && scan.TryReadBlanks() && scan.TryReadWord();
        var value = Array.Empty<byte>();
        if (!isWhole || !scan.TryReadQuoted(out value))
        {
            throw Malformed($"{line}; got {target}({GoText.Quote(key)}) {scan.Word} {GoText.Quote(value)}");
        }

        var compare = new Compare { Result = Result(scan.Word, line), Key = new EtcdBytes(Copy(key)).Bytes };
        switch (target)
        {
            case "ver" or "version":
                (compare.Target, compare.Version) = (Compare.Types.CompareTarget.Version, Number(value, 10, line));
                break;
            case "c" or "create":
                (compare.Target, compare.CreateRevision) =
                    (Compare.Types.CompareTarget.Create, Number(value, 10, line));
                break;
            case "m" or "mod":
                (compare.Target, compare.ModRevision) = (Compare.Types.CompareTarget.Mod, Number(value, 10, line));
                break;
            case "val" or "value":
                (compare.Target, compare.Value) = (Compare.Types.CompareTarget.Value, Copy(value));
                break;
            case "lease":
                (compare.Target, compare.Lease) = (Compare.Types.CompareTarget.Lease, Number(value, 16, line));
                break;
            default:
                throw Malformed($"{line} (unknown target {target})");
        }

        return compare;
    }

    private static Google.Protobuf.ByteString Copy(byte[] bytes) => Google.Protobuf.ByteString.CopyFrom(bytes);

    private static Compare.Types.CompareResult Result(string sign, string line) => sign switch
    {
        "=" => Compare.Types.CompareResult.Equal,
        "!=" => Compare.Types.CompareResult.NotEqual,
        ">" => Compare.Types.CompareResult.Greater,
        "<" => Compare.Types.CompareResult.Less,
        _ => throw Malformed($"{line} (unknown result op {sign})"),
    };

    private static long Number(byte[] text, int numberBase, string line) =>
        GoNumber.TryParseInt64(ArgumentBytes.Text(text), numberBase, out var number, out _)
            ? number
            : throw new ExitException(ExitCodes.InvalidInput, $"invalid txn compare request: {line}");

    private static ExitException Malformed(string text) =>
        new(ExitCodes.InvalidInput, $"malformed comparison: {text}");
}
