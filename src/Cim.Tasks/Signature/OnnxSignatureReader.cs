namespace Cim.Tasks.Signature;

/// <summary>
/// Reads the signature of an ONNX file, and which files hold its weights. Field numbers are those of the public ONNX IR
/// specification; weights are skipped unread.
/// </summary>
internal sealed class OnnxSignatureReader
{
    private const int MaxDepth = 100;

    private readonly ProtoReader _reader;
    private readonly List<OnnxValue> _inputs = [];
    private readonly List<OnnxValue> _outputs = [];
    private readonly HashSet<string> _initializers = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _externalFiles = new(StringComparer.Ordinal);
    private bool _sawGraph;

    private OnnxSignatureReader(ProtoReader reader) => _reader = reader;

    /// <summary>Reads the file.</summary>
    /// <exception cref="InvalidDataException">It is not an ONNX model; the message says why.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static OnnxSignature Read(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1);
        return Read(stream);
    }

    /// <summary>Reads a seekable stream from its beginning.</summary>
    public static OnnxSignature Read(Stream stream)
    {
        long length = stream.Length;
        if (length == 0) throw new InvalidDataException("the file is empty");
        if (IsGitLfsPointer(stream))
            throw new InvalidDataException("the file is a Git LFS pointer; run 'git lfs pull' to get the model itself");
        OnnxSignatureReader reader = new(new ProtoReader(stream));
        reader.ReadModel(length);
        if (!reader._sawGraph) throw new InvalidDataException("it holds no graph");
        // Before IR version 4 every initializer was also listed as an input; callers never feed those.
        OnnxValue[] inputs = [.. reader._inputs.Where(v => !reader._initializers.Contains(v.Name))];
        if (reader._outputs.Count == 0) throw new InvalidDataException("the graph has no outputs");
        return new OnnxSignature(inputs, [.. reader._outputs], [.. reader._externalFiles]);
    }

    private static bool IsGitLfsPointer(Stream stream)
    {
        const string Start = "version https://git-lfs";
        byte[] head = new byte[Start.Length];
        stream.Position = 0;
        int read = stream.Read(head, 0, head.Length);
        stream.Position = 0;
        return read == head.Length && System.Text.Encoding.ASCII.GetString(head) == Start;
    }

    private void ReadModel(long end) => Each(end, field =>
    {
        if (field is not { Number: 7, WireType: 2 }) return;
        _sawGraph = true;
        ReadGraph(field.End);
    });

    private void ReadGraph(long end) => Each(end, field =>
    {
        if (field.WireType != 2) return;
        switch (field.Number)
        {
            case 1: ReadNode(field.End, 0); break;
            case 5: ReadInitializer(field.End); break;
            case 11: _inputs.Add(ReadValueInfo(field.End)); break;
            case 12: _outputs.Add(ReadValueInfo(field.End)); break;
        }
    });

    private void ReadInitializer(long end) => Each(end, field =>
    {
        if (field is { Number: 8, WireType: 2 }) _initializers.Add(_reader.ReadString(field));
        if (field is { Number: 13, WireType: 2 }) ReadExternalData(field.End);
    });

    /// <summary>Constants of nodes, also of those in branches and loops, may be in files, too.</summary>
    private void ReadNode(long end, int depth) => Each(end, field =>
    {
        if (field is not { Number: 5, WireType: 2 }) return;
        Each(field.End, attribute =>
        {
            if (attribute.WireType != 2) return;
            if (attribute.Number is 5 or 10) ReadConstant(attribute.End);
            if (attribute.Number is 6 or 11) ReadInnerGraph(attribute.End, depth + 1);
        });
    });

    private void ReadInnerGraph(long end, int depth)
    {
        // As deep as protobuf readers go; deeper ones would end the build process.
        if (depth > MaxDepth) throw new InvalidDataException($"its graphs are nested more than {MaxDepth} deep");
        Each(end, field =>
        {
            if (field is { Number: 1, WireType: 2 }) ReadNode(field.End, depth);
            if (field is { Number: 5, WireType: 2 }) ReadConstant(field.End);
        });
    }

    private void ReadConstant(long end) => Each(end, field =>
    {
        if (field is { Number: 13, WireType: 2 }) ReadExternalData(field.End);
    });

    private void ReadExternalData(long end)
    {
        string key = "", value = "";
        Each(end, field =>
        {
            if (field.Number == 1) key = _reader.ReadString(field);
            if (field.Number == 2) value = _reader.ReadString(field);
        });
        if (key == "location" && value.Length > 0) _externalFiles.Add(value);
    }

    private OnnxValue ReadValueInfo(long end)
    {
        string name = "";
        int elementType = 0;
        List<long?>? dimensions = null;
        List<string> names = [];
        Each(end, field =>
        {
            if (field.Number == 1) name = _reader.ReadString(field);
            if (field is { Number: 2, WireType: 2 }) Each(field.End, type =>
            {
                if (type is { Number: 1, WireType: 2 }) Each(type.End, tensor =>
                {
                    if (tensor.Number == 1) elementType = (int)tensor.Varint;
                    if (tensor is { Number: 2, WireType: 2 }) dimensions = ReadShape(tensor.End, names);
                });
            });
        });
        return new OnnxValue(name, elementType, dimensions) { DimensionNames = names };
    }

    private List<long?> ReadShape(long end, List<string> names)
    {
        List<long?> dimensions = [];
        Each(end, field =>
        {
            if (field is not { Number: 1, WireType: 2 }) return;
            long? value = null;
            string name = "";
            Each(field.End, dimension =>
            {
                if (dimension is { Number: 1, WireType: 0 } && (long)dimension.Varint > 0) value = (long)dimension.Varint;
                if (dimension is { Number: 2, WireType: 2 }) name = _reader.ReadString(dimension);
            });
            dimensions.Add(value);
            names.Add(name);
        });
        return dimensions;
    }

    private void Each(long end, Action<ProtoField> visit)
    {
        while (_reader.TryReadField(end, out ProtoField field))
        {
            visit(field);
            if (field.WireType == 2) _reader.MoveTo(field.End);
        }
    }
}
