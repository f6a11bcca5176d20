# Makes resnet20.json and vit-block.json: python3 make-pytorch-numbers.py OUTPUT_FOLDER SHARED_DATA_FOLDER (PyTorch 1.13 of Debian).
import torch, json, math, struct, sys
import torch.nn.functional as F
torch.set_num_threads(1); torch.set_default_dtype(torch.float64)
def v(k,*d):
    n=1
    for q in d:n*=q
    return (torch.sin(0.37*torch.arange(n)+k)*0.4).reshape(d).requires_grad_()
P={}
def p(name,k,*d):
    P[name]=v(k,*d); return P[name]
B,T,D,H,M=2,5,8,2,16
x=(torch.cos(0.23*torch.arange(B*T*D))).reshape(B,T,D)
ln1s,ln1b=p("ln1.scale",1,D),p("ln1.bias",2,D)
wq,bq=p("qkv.weight",3,D,3*D),p("qkv.bias",4,3*D)
wo,bo=p("out.weight",5,D,D),p("out.bias",6,D)
ln2s,ln2b=p("ln2.scale",7,D),p("ln2.bias",8,D)
w1,b1=p("mlp1.weight",9,D,M),p("mlp1.bias",10,M)
w2,b2=p("mlp2.weight",11,M,D),p("mlp2.bias",12,D)
wh,bh=p("head.weight",13,3,D),p("head.bias",14,3)
h=F.layer_norm(x,(D,),ln1s,ln1b,1e-5)
qkv=h@wq+bq
q,k,vv=qkv.split(D,-1)
def heads(t): return t.reshape(B,T,H,D//H).permute(0,2,1,3)
a=torch.softmax(heads(q)@heads(k).transpose(-1,-2)/math.sqrt(D//H),-1)
o=(a@heads(vv)).permute(0,2,1,3).reshape(B,T,D)
x1=x+o@wo+bo
h=F.layer_norm(x1,(D,),ln2s,ln2b,1e-5)
x2=x1+F.gelu(h@w1+b1)@w2+b2
z=F.linear(x2.mean(1),wh,bh)
loss=F.cross_entropy(z,torch.tensor([0,2])); loss.backward()
out=sys.argv[1]
gradients={n:[float("%.10g"%g) for g in t.grad.reshape(-1).tolist()] for n,t in P.items()}
json.dump({"source":"PyTorch %s, float64; see docs/training.md"%torch.__version__,"loss":loss.item(),"gradients":gradients},
          open(out+"/vit-block.json","w"),indent=None,separators=(",",":"))
# resnet20
def rv(b,i):
    r=0;s=0
    while True:
        c=b[i];i+=1;r|=(c&127)<<s;s+=7
        if c<128:return r,i
def parse(b):
    i=0;o=[]
    while i<len(b):
        k,i=rv(b,i);f,w=k>>3,k&7
        if w==0:y,i=rv(b,i)
        elif w==2:
            l,i=rv(b,i);y=b[i:i+l];i+=l
        elif w==5:y=b[i:i+4];i+=4
        elif w==1:y=b[i:i+8];i+=8
        o.append((f,y))
    return o
S=sys.argv[2]+'/'
g=parse([y for f,y in parse(open(S+'onnx/resnet20_cifar10.onnx','rb').read()) if f==7][0])
W={}
for f,t in g:
    if f==5:
        n=parse(t); name=[y for q,y in n if q==8][0].decode(); dt=[y for q,y in n if q==2][0]
        dims=[]
        for q,y in n:
            if q==1:
                if isinstance(y,int): dims.append(y)
                else:
                    i=0
                    while i<len(y): d,i=rv(y,i); dims.append(d)
        raw=[y for q,y in n if q==9]
        if dt==1:
            if raw: vals=struct.unpack('<%df'%(len(raw[0])//4),raw[0])
            else:
                fd=[y for q,y in n if q==4]; vals=struct.unpack('<%df'%(len(fd[0])//4),fd[0])
            W[name]=torch.tensor(vals).reshape(dims)
raw=open(S+'cifar10/test_batch_first932.bin','rb').read()
N=16
xs=torch.tensor([list(raw[i*3073+1:(i+1)*3073]) for i in range(N)]).reshape(N,3,32,32)/255.
ys=torch.tensor([raw[i*3073] for i in range(N)])
m=torch.tensor([0.485,0.456,0.406]).reshape(1,3,1,1); sd=torch.tensor([0.229,0.224,0.225]).reshape(1,3,1,1)
xs=(xs-m)/sd
res={"source":"PyTorch %s, float64, first %d test images; see docs/training.md"%(torch.__version__,N)}
for mode in ("fixed","batch"):
    Q={n:t.clone().requires_grad_() for n,t in W.items() if 'running' not in n}
    def bn(y,n):
        return F.batch_norm(y,W[n+'.running_mean'].clone(),W[n+'.running_var'].clone(),Q[n+'.weight'],Q[n+'.bias'],mode=="batch",0.1,1e-5)
    y=F.relu(bn(F.conv2d(xs,Q['conv1.weight'],None,1,1),'bn1'))
    c=16
    for l,o in ((1,16),(2,32),(3,64)):
        for b in range(3):
            n='layer%d.%d'%(l,b); st=2 if (b==0 and l>1) else 1
            t=F.relu(bn(F.conv2d(y,Q[n+'.conv1.weight'],None,st,1),n+'.bn1'))
            t=bn(F.conv2d(t,Q[n+'.conv2.weight'],None,1,1),n+'.bn2')
            sc=y if st==1 else F.pad(y[:,:,::2,::2],(0,0,0,0,(o-c)//2,(o-c)//2))
            y=F.relu(t+sc); c=o
    z=F.linear(y.mean((2,3)),Q['linear.weight'],Q['linear.bias'])
    loss=F.cross_entropy(z,ys); loss.backward()
    gradients={n:{"norm":float("%.8g"%t.grad.norm()),"first":[float("%.8g"%q) for q in t.grad.reshape(-1)[:3].tolist()]}
               for n,t in Q.items() if t.grad is not None}
    res[mode]={"loss":loss.item(),"gradients":gradients}
    print(mode,loss.item(),len(Q))
json.dump(res,open(out+"/resnet20.json","w"),separators=(",",":"))
