using System.Buffers;
using Netcd.Http2.Streams;

namespace Netcd.Http2.Tests.Streams;

public class StreamTableTests
{
    [Fact]
    public void Table_agrees_with_a_dictionary()
    {
        var connection = new Http2Connection(new Http2Settings(), new RecordingHandler(), new ArrayBufferWriter<byte>());
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var table = new StreamTable();
            var model = new Dictionary<int, Http2Stream>();
            for (var i = 0; i < 5000; i++)
            {
                var id = 1 + (2 * random.Next(random.Next(2) == 0 ? 64 : 5000));
                if (model.ContainsKey(id))
                {
                    table.Remove(id);
                    model.Remove(id);
                }
                else if (model.Count < 500 || random.Next(2) == 0)
                {
                    var stream = new Http2Stream(connection) { Id = id };
                    table.Add(stream);
                    model.Add(id, stream);
                }

                Assert.Equal(model.Count, table.Count);
                var probe = 1 + (2 * random.Next(5000));
                Assert.Same(model.GetValueOrDefault(probe), table.Find(probe));
            }

            foreach (var (id, stream) in model)
            {
                Assert.Same(stream, table.Find(id));
                table.Remove(id);
            }

            Assert.Equal(0, table.Count);
            Assert.InRange(table.Slots, 1, 64);
        }
    }
}
