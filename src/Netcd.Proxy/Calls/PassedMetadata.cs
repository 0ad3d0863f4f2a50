using System.Text;
using Netcd.Grpc;
using Netcd.Grpc.Client;

namespace Netcd.Proxy.Calls;

/// <summary>What of a call's headers goes on to the member.</summary>
internal static class PassedMetadata
{
    private static readonly string[] Passed =
        ["token", "authorization", "hasleader", "client-api-version", "traceparent"];

    public static CallOptions Of(in CallHead head)
    {
        var metadata = new List<KeyValuePair<string, string>>();
        foreach (var key in Passed)
        {
            if (head.Metadata.TryGetValue(key, out var value))
            {
                metadata.Add(new KeyValuePair<string, string>(key, Encoding.Latin1.GetString(value)));
            }
        }

        return new CallOptions { Metadata = metadata };
    }
}
