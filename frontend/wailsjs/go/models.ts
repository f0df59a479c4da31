export namespace ui {
	
	export class LicenceView {
	    modules: string[];
	    text: string;
	
	    static createFrom(source: any = {}) {
	        return new LicenceView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.modules = source["modules"];
	        this.text = source["text"];
	    }
	}
	export class AboutView {
	    commit: string;
	    date: string;
	    go: string;
	    system: string;
	    licences: LicenceView[];
	
	    static createFrom(source: any = {}) {
	        return new AboutView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.commit = source["commit"];
	        this.date = source["date"];
	        this.go = source["go"];
	        this.system = source["system"];
	        this.licences = this.convertValues(source["licences"], LicenceView);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class AccountView {
	    id: string;
	    name: string;
	    email: string;
	    picture: string;
	    initials: string;
	    tone: number;
	    active: boolean;
	    ended: boolean;
	
	    static createFrom(source: any = {}) {
	        return new AccountView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.name = source["name"];
	        this.email = source["email"];
	        this.picture = source["picture"];
	        this.initials = source["initials"];
	        this.tone = source["tone"];
	        this.active = source["active"];
	        this.ended = source["ended"];
	    }
	}
	export class AppView {
	    name: string;
	    version: string;
	    demo: boolean;
	    appearance: string;
	
	    static createFrom(source: any = {}) {
	        return new AppView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.version = source["version"];
	        this.demo = source["demo"];
	        this.appearance = source["appearance"];
	    }
	}
	export class FindingView {
	    id: string;
	    status: string;
	    title: string;
	    detail: string;
	    advice: string;
	
	    static createFrom(source: any = {}) {
	        return new FindingView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.status = source["status"];
	        this.title = source["title"];
	        this.detail = source["detail"];
	        this.advice = source["advice"];
	    }
	}
	export class CheckView {
	    running: boolean;
	    passed: number;
	    findings: FindingView[];
	
	    static createFrom(source: any = {}) {
	        return new CheckView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.running = source["running"];
	        this.passed = source["passed"];
	        this.findings = this.convertValues(source["findings"], FindingView);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class ClaimView {
	    claim: string;
	    label: string;
	    text: string;
	    at: number;
	    group: string;
	
	    static createFrom(source: any = {}) {
	        return new ClaimView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.claim = source["claim"];
	        this.label = source["label"];
	        this.text = source["text"];
	        this.at = source["at"];
	        this.group = source["group"];
	    }
	}
	export class DetailsView {
	    name: string;
	    rows: ClaimView[];
	
	    static createFrom(source: any = {}) {
	        return new DetailsView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.rows = this.convertValues(source["rows"], ClaimView);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class DeviceView {
	    code: string;
	    address: string;
	    qr: string;
	    expires: number;
	
	    static createFrom(source: any = {}) {
	        return new DeviceView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.code = source["code"];
	        this.address = source["address"];
	        this.qr = source["qr"];
	        this.expires = source["expires"];
	    }
	}
	export class FaultView {
	    key: string;
	    text: string;
	
	    static createFrom(source: any = {}) {
	        return new FaultView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.key = source["key"];
	        this.text = source["text"];
	    }
	}
	export class FieldView {
	    key: string;
	    label: string;
	    where: string;
	    sample: string;
	    optional: boolean;
	    secret: boolean;
	    text: string;
	    given: boolean;
	    fixed: boolean;
	    locked: boolean;
	    source: string;
	
	    static createFrom(source: any = {}) {
	        return new FieldView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.key = source["key"];
	        this.label = source["label"];
	        this.where = source["where"];
	        this.sample = source["sample"];
	        this.optional = source["optional"];
	        this.secret = source["secret"];
	        this.text = source["text"];
	        this.given = source["given"];
	        this.fixed = source["fixed"];
	        this.locked = source["locked"];
	        this.source = source["source"];
	    }
	}
	
	export class FormView {
	    preset: string;
	    title: string;
	    console: string;
	    register: string;
	    redirects: string[];
	    fields: FieldView[];
	
	    static createFrom(source: any = {}) {
	        return new FormView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.preset = source["preset"];
	        this.title = source["title"];
	        this.console = source["console"];
	        this.register = source["register"];
	        this.redirects = source["redirects"];
	        this.fields = this.convertValues(source["fields"], FieldView);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class ProviderView {
	    name: string;
	    mark: string;
	    device: boolean;
	    endSession: boolean;
	    revocation: boolean;
	
	    static createFrom(source: any = {}) {
	        return new ProviderView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.mark = source["mark"];
	        this.device = source["device"];
	        this.endSession = source["endSession"];
	        this.revocation = source["revocation"];
	    }
	}
	export class LeavingView {
	    id: string;
	    name: string;
	    count: number;
	    provider: ProviderView;
	
	    static createFrom(source: any = {}) {
	        return new LeavingView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.name = source["name"];
	        this.count = source["count"];
	        this.provider = this.convertValues(source["provider"], ProviderView);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	
	export class NoticeView {
	    title: string;
	    lines: string[];
	    good: boolean;
	    again: string;
	
	    static createFrom(source: any = {}) {
	        return new NoticeView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.title = source["title"];
	        this.lines = source["lines"];
	        this.good = source["good"];
	        this.again = source["again"];
	    }
	}
	export class ProblemView {
	    code: string;
	    title: string;
	    message: string;
	    hint: string;
	    admin: string;
	    detail: string;
	    ref: string;
	    actions: string[];
	
	    static createFrom(source: any = {}) {
	        return new ProblemView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.code = source["code"];
	        this.title = source["title"];
	        this.message = source["message"];
	        this.hint = source["hint"];
	        this.admin = source["admin"];
	        this.detail = source["detail"];
	        this.ref = source["ref"];
	        this.actions = source["actions"];
	    }
	}
	export class ProfileView {
	    id: string;
	    name: string;
	    email: string;
	    emailVerified: boolean;
	    picture: string;
	    initials: string;
	    tone: number;
	    organization: string;
	    roles: string[];
	    how: string;
	    verified: boolean;
	    signedInAt: number;
	    refreshedAt: number;
	    expiresAt: number;
	    renewable: boolean;
	    health: string;
	    healthProblem: string;
	    endsAt: number;
	    idleMinutes: number;
	    provider: ProviderView;
	    foreign: boolean;
	    tiedTo: string;
	
	    static createFrom(source: any = {}) {
	        return new ProfileView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.name = source["name"];
	        this.email = source["email"];
	        this.emailVerified = source["emailVerified"];
	        this.picture = source["picture"];
	        this.initials = source["initials"];
	        this.tone = source["tone"];
	        this.organization = source["organization"];
	        this.roles = source["roles"];
	        this.how = source["how"];
	        this.verified = source["verified"];
	        this.signedInAt = source["signedInAt"];
	        this.refreshedAt = source["refreshedAt"];
	        this.expiresAt = source["expiresAt"];
	        this.renewable = source["renewable"];
	        this.health = source["health"];
	        this.healthProblem = source["healthProblem"];
	        this.endsAt = source["endsAt"];
	        this.idleMinutes = source["idleMinutes"];
	        this.provider = this.convertValues(source["provider"], ProviderView);
	        this.foreign = source["foreign"];
	        this.tiedTo = source["tiedTo"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class SettingView {
	    text: string;
	    source: string;
	    locked: boolean;
	    fixed: boolean;
	
	    static createFrom(source: any = {}) {
	        return new SettingView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.text = source["text"];
	        this.source = source["source"];
	        this.locked = source["locked"];
	        this.fixed = source["fixed"];
	    }
	}
	export class ProviderLine {
	    label: string;
	    value: SettingView;
	
	    static createFrom(source: any = {}) {
	        return new ProviderLine(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.label = source["label"];
	        this.value = this.convertValues(source["value"], SettingView);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	
	
	export class SettingsView {
	    provider: ProviderLine[];
	    store: SettingView;
	    appearance: SettingView;
	    startHidden: SettingView;
	    rememberEmail: SettingView;
	    startAtLogin?: SettingView;
	    notifications: SettingView;
	    logFolder: string;
	    problem: string;
	
	    static createFrom(source: any = {}) {
	        return new SettingsView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.provider = this.convertValues(source["provider"], ProviderLine);
	        this.store = this.convertValues(source["store"], SettingView);
	        this.appearance = this.convertValues(source["appearance"], SettingView);
	        this.startHidden = this.convertValues(source["startHidden"], SettingView);
	        this.rememberEmail = this.convertValues(source["rememberEmail"], SettingView);
	        this.startAtLogin = this.convertValues(source["startAtLogin"], SettingView);
	        this.notifications = this.convertValues(source["notifications"], SettingView);
	        this.logFolder = source["logFolder"];
	        this.problem = source["problem"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class SetupView {
	    forms: FormView[];
	    preset: string;
	    fixed: boolean;
	    locked: boolean;
	    source: string;
	    page: boolean;
	    demo: boolean;
	    before: string;
	    folder: string;
	    of: string;
	    running: boolean;
	    checked: boolean;
	    faults: FaultView[];
	    problem: string;
	    findings: FindingView[];
	
	    static createFrom(source: any = {}) {
	        return new SetupView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.forms = this.convertValues(source["forms"], FormView);
	        this.preset = source["preset"];
	        this.fixed = source["fixed"];
	        this.locked = source["locked"];
	        this.source = source["source"];
	        this.page = source["page"];
	        this.demo = source["demo"];
	        this.before = source["before"];
	        this.folder = source["folder"];
	        this.of = source["of"];
	        this.running = source["running"];
	        this.checked = source["checked"];
	        this.faults = this.convertValues(source["faults"], FaultView);
	        this.problem = source["problem"];
	        this.findings = this.convertValues(source["findings"], FindingView);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class WaitingView {
	    since: number;
	    until: number;
	    linked: boolean;
	    openFailed: string;
	    again: string;
	    strays: number;
	    stray: string;
	    signedIn: boolean;
	
	    static createFrom(source: any = {}) {
	        return new WaitingView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.since = source["since"];
	        this.until = source["until"];
	        this.linked = source["linked"];
	        this.openFailed = source["openFailed"];
	        this.again = source["again"];
	        this.strays = source["strays"];
	        this.stray = source["stray"];
	        this.signedIn = source["signedIn"];
	    }
	}
	export class StateView {
	    revision: number;
	    screen: string;
	    app: AppView;
	    provider: ProviderView;
	    waiting?: WaitingView;
	    device?: DeviceView;
	    profile?: ProfileView;
	    accounts: AccountView[];
	    details?: DetailsView;
	    settings?: SettingsView;
	    check?: CheckView;
	    about?: AboutView;
	    setup?: SetupView;
	    problem?: ProblemView;
	    notice?: NoticeView;
	    typed?: string;
	    leaving?: LeavingView;
	    choosing: boolean;
	
	    static createFrom(source: any = {}) {
	        return new StateView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.revision = source["revision"];
	        this.screen = source["screen"];
	        this.app = this.convertValues(source["app"], AppView);
	        this.provider = this.convertValues(source["provider"], ProviderView);
	        this.waiting = this.convertValues(source["waiting"], WaitingView);
	        this.device = this.convertValues(source["device"], DeviceView);
	        this.profile = this.convertValues(source["profile"], ProfileView);
	        this.accounts = this.convertValues(source["accounts"], AccountView);
	        this.details = this.convertValues(source["details"], DetailsView);
	        this.settings = this.convertValues(source["settings"], SettingsView);
	        this.check = this.convertValues(source["check"], CheckView);
	        this.about = this.convertValues(source["about"], AboutView);
	        this.setup = this.convertValues(source["setup"], SetupView);
	        this.problem = this.convertValues(source["problem"], ProblemView);
	        this.notice = this.convertValues(source["notice"], NoticeView);
	        this.typed = source["typed"];
	        this.leaving = this.convertValues(source["leaving"], LeavingView);
	        this.choosing = source["choosing"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}

}

