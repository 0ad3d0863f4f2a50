using System.Text;
using Netcd.Base;

namespace Netcd.Mvcc.Tests;

/// <summary>Random user keys of one shape, from a limited set so that keys come again.</summary>
internal static class KeyShapes
{
    public static byte[] Next(Prng random, KeyShape shape, int distinct)
    {
        var number = random.Next(distinct);
        switch (shape)
        {
            case KeyShape.Tiny:
                var tiny = new byte[random.Next(4)];
                foreach (ref var b in tiny.AsSpan())
                {
                    b = (byte)(random.Percent(30) ? random.Next(256) : random.Next(3));
                }

                return tiny;
            case KeyShape.Kubernetes:
                var hash = number * 7919L % 104729;
                return Encoding.ASCII.GetBytes($"/registry/pods/ns-{number % 17:d3}/deployment-{hash:x8}-{number:d6}");
            case KeyShape.Sequential:
                return Encoding.ASCII.GetBytes($"key/{number:d8}");
            case KeyShape.LongPrefix:
                var lengths = new[] { 400, 511, 512, 513, 700, 2000 };
                var bytes = new byte[lengths[number % lengths.Length] + 4];
                Array.Fill(bytes, (byte)'p');
                Encoding.ASCII.GetBytes($"{number:d4}").CopyTo(bytes, bytes.Length - 4);
                return bytes;
            case KeyShape.Huge:
                var huge = new byte[random.Percent(50) ? 32 * 1024 : 500 + (number % 60)];
                Array.Fill(huge, (byte)(number % 3));
                huge[^1] = (byte)number;
                huge[^2] = (byte)(number >> 8);
                return huge;
            default:
                var binary = new byte[1 + (number % 40)];
                new Prng((ulong)number).Fill(binary);
                return binary;
        }
    }
}
