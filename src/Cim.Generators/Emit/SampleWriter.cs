using System.Text;
using Cim.Generators.Naming;
using Cim.Generators.Signature;

namespace Cim.Generators.Emit;

/// <summary>Writes the nested type with the outputs of one sample of a batch.</summary>
internal static class SampleWriter
{
    public static string Write(ModelSignature signature, ClassNames names)
    {
        StringBuilder members = new();
        for (int i = 0; i < signature.Outputs.Count; i++)
        {
            TensorSignature tensor = signature.Outputs[i];
            // The values of one sample do not lie together, so there is no span of them.
            if (!tensor.IsBySample) continue;
            string property = Identifiers.Escape(names.OutputProperties[i]);
            members.Append($$"""

                        /// <summary>{{Documentation.Output(tensor)}}: the values of this sample.</summary>
                        public global::System.ReadOnlySpan<{{tensor.CSharpType}}> {{property}}
                        {
                            get
                            {
                                global::System.ReadOnlySpan<{{tensor.CSharpType}}> all = __outputs.{{property}};
                                int length = __outputs.__length{{i}};
                                return all.Slice(all.Length == length ? 0 : Index * length, length);
                            }
                        }

                """);
            if (names.TopMethods[i].Length > 0) members.Append(Top(signature, tensor, names.TopMethods[i], property));
        }
        return $$"""
                /// <summary>The outputs of one sample of a run.</summary>
                {{ClassWriter.GeneratedCode}}
                public readonly struct {{names.SampleType}}
                {
                    private readonly {{names.OutputsType}} __outputs;

                    internal {{names.SampleType}}({{names.OutputsType}} outputs, int index)
                    {
                        __outputs = outputs;
                        Index = index;
                    }

                    /// <summary>The sample's position in the run.</summary>
                    public int Index { get; }
            {{members}}    }

            """.Replace("\r\n", "\n");
    }

    private static string Top(ModelSignature signature, TensorSignature tensor, string method, string property) => $$"""

                /// <summary>
                /// The classes with the largest scores <c>{{Documentation.Xml(tensor.Name)}}</c> of this sample, the largest first,
                /// {{(signature.Labels.Count == tensor.Classes ? "each with its label" : "without labels: the project names none")}}.
                /// </summary>
                /// <param name="count">How many; at most all {{tensor.Classes}}.</param>
                public global::Cim.Runtime.Prediction[] {{method}}(int count) =>
                    global::Cim.Runtime.Prediction.Top({{property}}, {{ClassNames.EmbeddedModel}}.Info.Value.Labels, count);

        """.Replace("\r\n", "\n");
}
