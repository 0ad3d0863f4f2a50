using System.Text;

namespace Netcd.Base.Tests;

public sealed class Crc32CTests
{
    // Check value of the Castagnoli polynomial, RFC 3720 appendix B.4 and the usual "123456789".
    [Fact]
    public void Known_values_come_out()
    {
        Assert.Equal(0xE3069283u, Crc32C.Update(0, Encoding.ASCII.GetBytes("123456789")));
        Assert.Equal(0x8A9136AAu, Crc32C.Update(0, new byte[32]));
        Assert.Equal(0u, Crc32C.Update(0, []));
    }

    [Fact]
    public void Any_cut_of_the_data_gives_the_same_value()
    {
        var data = new byte[100];
        new Prng(1).Fill(data);
        var whole = Crc32C.Update(0, data);
        for (var cut = 0; cut <= data.Length; cut++)
        {
            Assert.Equal(whole, Crc32C.Update(Crc32C.Update(0, data.AsSpan(0, cut)), data.AsSpan(cut)));
        }
    }
}
