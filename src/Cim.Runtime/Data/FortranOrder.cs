namespace Cim.Runtime.Data;

/// <summary>Arrays whose first index runs fastest, as <c>numpy.asfortranarray</c> and transposed arrays are saved. They are put in order in
/// memory.</summary>
internal static class FortranOrder
{
    private const long MostBytes = 1 << 29;

    /// <exception cref="CimException">CIM0006: too large to be put in order here.</exception>
    public static void Check(NpyHeader header, string path)
    {
        if (Bytes(header) > MostBytes)
            throw RecordFile.Malformed(
                path, $"The array is in Fortran order and larger than {MostBytes >> 20} MiB; save numpy.ascontiguousarray(array) instead.");
    }

    /// <summary>The records one after the other.</summary>
    /// <param name="open">Opens the array at its first element.</param>
    /// <param name="header">What it is.</param>
    /// <param name="path">The file, for messages.</param>
    public static Stream Reordered(Func<Stream> open, NpyHeader header, string path)
    {
        byte[] source = new byte[(int)Bytes(header)], target = new byte[source.Length];
        using (Stream stream = open())
        {
            if (stream.ReadAtLeast(source, source.Length, throwOnEndOfStream: false) < source.Length)
                throw RecordFile.Malformed(path, "The array is truncated.");
            _ = stream.ReadByte(); // At the end of an archive's entry the checksum is compared.
        }

        int size = header.Type.SizeOf(), rank = header.Dims.Length;
        int[] strides = new int[rank], index = new int[rank];
        for (int d = 0, stride = size; d < rank; stride *= header.Dims[d++]) strides[d] = stride;
        for (int to = 0, from = 0; to < target.Length; to += size)
        {
            source.AsSpan(from, size).CopyTo(target.AsSpan(to));
            for (int d = rank - 1; d >= 0; d--)
            {
                from += strides[d];
                if (++index[d] < header.Dims[d]) break;
                from -= strides[d] * header.Dims[d];
                index[d] = 0;
            }
        }

        return new MemoryStream(target, writable: false);
    }

    private static double Bytes(NpyHeader header) => header.Dims.Aggregate((double)header.Type.SizeOf(), (bytes, d) => bytes * d);
}
