using System.Collections.Immutable;

namespace Cim.Compiler.Data;

/// <summary>One pass over a data file: all inputs of a sample, then the next sample.</summary>
internal sealed class DataPass : IDisposable
{
    private readonly ImmutableArray<RecordReader> _inputs;
    private readonly Stream[] _streams;
    private readonly byte[][] _records;
    private int _next;

    public DataPass(ImmutableArray<RecordReader> inputs)
    {
        _inputs = inputs;
        _records = [.. inputs.Select(i => new byte[i.RecordBytes])];
        _streams = [.. inputs.Select(i => i.Open())];
    }

    /// <summary>Reads the next sample.</summary>
    /// <param name="values">Receives one record; empty to skip the sample.</param>
    /// <exception cref="Cim.Runtime.CimException">CIM0006: the file is truncated or damaged, or a number is not finite.</exception>
    public void Read(Span<float> values)
    {
        int start = 0;
        for (int i = 0; i < _inputs.Length; i++)
        {
            if (values.IsEmpty)
            {
                _inputs[i].Skip(_streams[i], _records[i], _next);
                continue;
            }

            _inputs[i].Read(_streams[i], _records[i], _next);
            _inputs[i].Convert(_records[i], values.Slice(start, _inputs[i].Elements), _next);
            start += _inputs[i].Elements;
        }

        _next++;
    }

    /// <summary>Compares the checksums behind what was read, whatever part of it that was.</summary>
    /// <exception cref="Cim.Runtime.CimException">CIM0006: the file is damaged.</exception>
    public void Finish()
    {
        for (int i = 0; i < _inputs.Length; i++) _inputs[i].Finish(_streams[i]);
    }

    public void Dispose()
    {
        foreach (Stream stream in _streams) stream.Dispose();
    }
}
