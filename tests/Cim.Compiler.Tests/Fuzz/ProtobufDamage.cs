using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Cim.Compiler.Tests.Fuzz;

/// <summary>Damages the parsed structure of a protobuf file: any field of any message, whatever the format means by it.</summary>
internal static class ProtobufDamage
{
    private static readonly long[] _numbers = [
        0, 1, -1, 2, 3, 7, 16, 255, 1 << 20, int.MaxValue, int.MinValue, 1L << 40, long.MaxValue, long.MinValue];
    private static readonly string[] _texts = [
        "", "x", "other", "Conv", "Gemm", "Reshape", "Constant", "ai.onnx.ml", "N", "\0", "../w", "a/b:c"];

    /// <summary>Changes some fields of a message or of those below it.</summary>
    public static void Apply(IMessage root, Random random, int edits)
    {
        for (int i = 0; i < edits; i++)
        {
            List<IMessage> all = [];
            Collect(root, all, 0);
            Edit(all[random.Next(all.Count)], all, random);
        }
    }

    private static void Collect(IMessage message, List<IMessage> into, int depth)
    {
        into.Add(message);
        if (depth > 20) return;
        foreach (FieldDescriptor field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.FieldType != FieldType.Message) continue;
            object value = field.Accessor.GetValue(message);
            if (value is IList list)
                foreach (IMessage item in list) Collect(item, into, depth + 1);
            else if (value is IMessage below) Collect(below, into, depth + 1);
        }
    }

    private static void Edit(IMessage message, List<IMessage> all, Random random)
    {
        IList<FieldDescriptor> fields = message.Descriptor.Fields.InDeclarationOrder();
        // What is there matters more than what could be.
        FieldDescriptor[] used = [.. fields.Where(f => f.Accessor.GetValue(message) is { } v && (v is not IList l || l.Count > 0)
            && (f.IsRepeated || f.Accessor.HasValue(message)))];
        FieldDescriptor field = used.Length > 0 && random.Next(5) > 0 ? used[random.Next(used.Length)] : fields[random.Next(fields.Count)];
        if (field.IsMap) return;
        if (field.IsRepeated)
        {
            Edit((IList)field.Accessor.GetValue(message), field, all, random);
            return;
        }

        if (random.Next(4) == 0) field.Accessor.Clear(message);
        else if (Value(field, field.Accessor.GetValue(message), all, random) is { } value) field.Accessor.SetValue(message, value);
    }

    private static void Edit(IList list, FieldDescriptor field, List<IMessage> all, Random random)
    {
        int at = list.Count == 0 ? 0 : random.Next(list.Count);
        switch (random.Next(5))
        {
            case 0 when list.Count > 0: list.RemoveAt(at); break;
            case 1 when list.Count > 0: list.Insert(random.Next(list.Count), list[at] is IMessage m ? Copy(m) : list[at]); break;
            case 2 when list.Count > 0: (list[at], list[0]) = (list[0], list[at]); break;
            case 3 when list.Count > 0: list.Clear(); break;
            default:
                if (Value(field, list.Count > 0 ? list[at] : null, all, random) is not { } value) break;
                if (list.Count > 0 && random.Next(3) > 0) list[at] = value;
                else list.Add(value);
                break;
        }
    }

    private static object? Value(FieldDescriptor field, object? old, List<IMessage> all, Random random)
    {
        long number = _numbers[random.Next(_numbers.Length)];
        switch (field.FieldType)
        {
            case FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64: return number;
            case FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32: return unchecked((int)number);
            case FieldType.UInt64 or FieldType.Fixed64: return unchecked((ulong)number);
            case FieldType.UInt32 or FieldType.Fixed32: return unchecked((uint)number);
            case FieldType.Float: return random.Next(3) == 0 ? float.NaN : (float)number;
            case FieldType.Double: return random.Next(3) == 0 ? double.PositiveInfinity : (double)number;
            case FieldType.Bool: return random.Next(2) == 0;
            case FieldType.Enum: return Enum.ToObject(field.EnumType.ClrType, random.Next(25));
            case FieldType.String:
                string[] known = [.. all.SelectMany(Texts)];
                return known.Length > 0 && random.Next(2) == 0 ? known[random.Next(known.Length)] : _texts[random.Next(_texts.Length)];
            case FieldType.Bytes:
                byte[] bytes = old is ByteString text ? text.ToByteArray() : [];
                return ByteString.CopyFrom(random.Next(3) == 0 ? bytes[..random.Next(bytes.Length + 1)] : Damage.Apply(bytes, random, 2));
            case FieldType.Message:
                IMessage[] same = [.. all.Where(m => m.Descriptor == field.MessageType)];
                return same.Length > 0 ? Copy(same[random.Next(same.Length)]) : null;
            default: return null;
        }
    }

    private static IEnumerable<string> Texts(IMessage message) => message.Descriptor.Fields.InDeclarationOrder()
        .Where(f => f.FieldType == FieldType.String)
        .SelectMany(f => f.Accessor.GetValue(message) switch { IList list => list.Cast<string>(), string text => [text], _ => [] });

    private static IMessage Copy(IMessage message) => message.Descriptor.Parser.ParseFrom(message.ToByteString());
}
